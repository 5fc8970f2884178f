// Loaded by Node as an addon beside tfjs-node's: loading is all there is to it, since it makes the operations known to the
// TensorFlow that already runs in the process.
#ifdef __linux__
#include <malloc.h>
#endif

namespace refrain {
void registerRecurrent();
void registerCrossEntropy();
void registerTopItems();
void registerAdam();
void registerProduct();
void registerScan();
void registerDropout();
void registerLayerNorm();
void registerRows();
void registerByteItems();

/**
 * Lets the C library keep memory that tensors gave back. It returns large pieces to the system otherwise, and every step of
 * training then pays for a page fault for each 4 KiB of its tensors again.
 */
void keepMemory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}
}  // namespace refrain

extern "C" __attribute__((visibility("default"))) void* napi_register_module_v1(void*, void* exports) {
  // A second thread of Node loads it again; the operations are known by then.
  static const bool known = [] {
    refrain::keepMemory();
    refrain::registerRecurrent();
    refrain::registerCrossEntropy();
    refrain::registerTopItems();
    refrain::registerAdam();
    refrain::registerProduct();
    refrain::registerScan();
    refrain::registerDropout();
    refrain::registerLayerNorm();
    refrain::registerRows();
    refrain::registerByteItems();
    return true;
  }();
  (void)known;
  return exports;
}
