// What is used of Node's stable C interface, which is the same in every version, so that no headers need be found.
#pragma once
#include <cstddef>
#include <cstdint>

extern "C" {
typedef struct napi_env__* napi_env;
typedef struct napi_value__* napi_value;
typedef struct napi_callback_info__* napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
int napi_get_cb_info(napi_env, napi_callback_info, size_t* count, napi_value* values, napi_value* self, void** data);
int napi_get_element(napi_env, napi_value array, uint32_t index, napi_value* element);
int napi_get_typedarray_info(napi_env, napi_value, int* type, size_t* length, void** data, napi_value* buffer, size_t* offset);
int napi_set_named_property(napi_env, napi_value object, const char* name, napi_value value);
int napi_create_function(napi_env, const char* name, size_t length, napi_callback, void* data, napi_value* function);
}

/** The memory of a typed array, and how many elements it has. */
struct Array {
  void* data = nullptr;
  size_t length = 0;
  template <typename T>
  T* as() const {
    return static_cast<T*>(data);
  }
};
