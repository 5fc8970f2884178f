// What these kernels need of TensorFlow's C interface, which is the same in every version since 2.4, and a short way to
// register an operation. Declared here, because the packages that bring the library may come without its headers.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

extern "C" {
typedef struct TF_Status TF_Status;
typedef struct TF_Tensor TF_Tensor;
typedef struct TF_OpDefinitionBuilder TF_OpDefinitionBuilder;
typedef struct TF_KernelBuilder TF_KernelBuilder;
typedef struct TF_OpKernelConstruction TF_OpKernelConstruction;
typedef struct TF_OpKernelContext TF_OpKernelContext;

TF_Status* TF_NewStatus(void);
void TF_DeleteStatus(TF_Status*);
void TF_SetStatus(TF_Status*, int code, const char* message);
int TF_GetCode(const TF_Status*);
const char* TF_Message(const TF_Status*);
TF_OpDefinitionBuilder* TF_NewOpDefinitionBuilder(const char* name);
void TF_OpDefinitionBuilderAddInput(TF_OpDefinitionBuilder*, const char* spec);
void TF_OpDefinitionBuilderAddAttr(TF_OpDefinitionBuilder*, const char* spec);
void TF_OpDefinitionBuilderAddOutput(TF_OpDefinitionBuilder*, const char* spec);
void TF_RegisterOpDefinition(TF_OpDefinitionBuilder*, TF_Status*);
TF_KernelBuilder* TF_NewKernelBuilder(const char* op, const char* device, void* (*create)(TF_OpKernelConstruction*),
                                      void (*compute)(void*, TF_OpKernelContext*), void (*remove)(void*));
void TF_RegisterKernelBuilder(const char* name, TF_KernelBuilder*, TF_Status*);
int TF_NumInputs(TF_OpKernelContext*);
void TF_GetInput(TF_OpKernelContext*, int i, TF_Tensor**, TF_Status*);
TF_Tensor* TF_AllocateOutput(TF_OpKernelContext*, int i, int type, const int64_t* dims, int rank, size_t bytes, TF_Status*);
void TF_OpKernelContext_Failure(TF_OpKernelContext*, TF_Status*);
void TF_DeleteTensor(TF_Tensor*);
int TF_NumDims(const TF_Tensor*);
int64_t TF_Dim(const TF_Tensor*, int i);
void* TF_TensorData(const TF_Tensor*);
}

namespace refrain {

constexpr int FLOAT = 1, INT32 = 3, INVALID_ARGUMENT = 3;

/** Inputs and outputs of one call. */
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    for (TF_Tensor* tensor : held_) TF_DeleteTensor(tensor);
    TF_DeleteStatus(status_);
  }

  struct Input {
    const void* data;
    std::vector<int64_t> shape;
    int64_t count() const {
      int64_t product = 1;
      for (int64_t n : shape) product *= n;
      return product;
    }
    const float* floats() const { return static_cast<const float*>(data); }
    const int32_t* integers() const { return static_cast<const int32_t*>(data); }
    int size(int i) const { return static_cast<int>(shape.at(i)); }
  };

  int inputs() const { return TF_NumInputs(context_); }

  Input input(int i) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context_, i, &tensor, status_);
    check();
    held_.push_back(tensor);
    Input in{TF_TensorData(tensor), {}};
    for (int d = 0; d < TF_NumDims(tensor); d++) in.shape.push_back(TF_Dim(tensor, d));
    return in;
  }

  float* output(int i, std::vector<int64_t> shape) { return static_cast<float*>(allocate(i, FLOAT, shape)); }
  int32_t* integers(int i, std::vector<int64_t> shape) { return static_cast<int32_t*>(allocate(i, INT32, shape)); }

  void fail(const char* message) {
    TF_SetStatus(status_, INVALID_ARGUMENT, message);
    TF_OpKernelContext_Failure(context_, status_);
  }

 private:
  void* allocate(int i, int type, const std::vector<int64_t>& shape) {
    size_t bytes = 4;
    for (int64_t n : shape) bytes *= n;
    TF_Tensor* tensor = TF_AllocateOutput(context_, i, type, shape.data(), int(shape.size()), bytes, status_);
    check();
    held_.push_back(tensor);
    return TF_TensorData(tensor);
  }

  void check() const {
    if (TF_GetCode(status_) != 0) throw std::runtime_error(TF_Message(status_));
  }

  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> held_;
};

inline void require(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(what);
}

template <void (*work)(Call&)>
void compute(void*, TF_OpKernelContext* context) {
  Call call(context);
  try {
    work(call);
  } catch (const std::exception& error) {
    call.fail(error.what());
  }
}

/** Makes an operation known to TensorFlow. Specifications as "x: float"; "x: N * float" for a list, with "N: int" among the attributes. */
template <void (*work)(Call&)>
void registerOperation(const char* name, std::vector<const char*> inputs, std::vector<const char*> outputs,
                       std::vector<const char*> attributes = {}) {
  TF_Status* status = TF_NewStatus();
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(name);
  for (const char* spec : attributes) TF_OpDefinitionBuilderAddAttr(definition, spec);
  for (const char* spec : inputs) TF_OpDefinitionBuilderAddInput(definition, spec);
  for (const char* spec : outputs) TF_OpDefinitionBuilderAddOutput(definition, spec);
  TF_RegisterOpDefinition(definition, status);
  if (TF_GetCode(status) == 0)
    TF_RegisterKernelBuilder(name, TF_NewKernelBuilder(name, "CPU", nullptr, compute<work>, nullptr), status);
  if (TF_GetCode(status) != 0) std::fprintf(stderr, "%s: %s\n", name, TF_Message(status));
  TF_DeleteStatus(status);
}

}  // namespace refrain
