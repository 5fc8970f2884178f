// Loaded by Node as an addon beside tfjs-node's: loading is all there is to it, since it makes the operations known to the
// TensorFlow that already runs in the process.
namespace refrain {
void registerRecurrent();
void registerCrossEntropy();
void registerTopItems();
void registerAdam();
}  // namespace refrain

extern "C" __attribute__((visibility("default"))) void* napi_register_module_v1(void*, void* exports) {
  // A second thread of Node loads it again; the operations are known by then.
  static const bool known = [] {
    refrain::registerRecurrent();
    refrain::registerCrossEntropy();
    refrain::registerTopItems();
    refrain::registerAdam();
    return true;
  }();
  (void)known;
  return exports;
}
