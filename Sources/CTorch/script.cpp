// TorchScript: modules read from a file's bytes and run, and modules put together and saved.
#include "internal.hpp"

#include <sstream>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

using namespace regnas;

struct rt_script_s {
  torch::jit::Module value;
};

namespace {

// As `guarded`, but tells c10's errors, which are about files and tensors, from those of the compiler and
// the interpreter, which are no more than standard exceptions.
template <class Body>
int guarded(int *is_interpreter, rt_message *error, Body body) {
  *is_interpreter = 0;
  return regnas::guarded(error, [&] {
    try {
      body();
    } catch (const c10::Error &) {
      throw;
    } catch (...) {
      *is_interpreter = 1;
      throw;
    }
  });
}

}  // namespace

void rt_script_free(rt_script module) { delete module; }

int rt_script_load(
  const void *bytes, size_t byte_count, rt_script *out, int *is_interpreter, rt_message *error) {
  return ::guarded(is_interpreter, error, [&] {
    std::istringstream stream(std::string(static_cast<const char *>(bytes), byte_count));
    auto module = torch::jit::load(stream, at::Device(at::kCPU));
    TORCH_CHECK(module.find_method("forward").has_value(), "no method forward");
    module.eval();
    *out = new rt_script_s{std::move(module)};
  });
}

int rt_script_forward(
  rt_script module, rt_tensor input, rt_tensor *out, char **other, int *is_interpreter,
  rt_message *error) {
  *out = nullptr;
  *other = nullptr;
  return ::guarded(is_interpreter, error, [&] {
    // The optimiser would compile anew for the first batches and for every size.
    torch::jit::GraphOptimizerEnabledGuard plain(false);
    at::NoGradGuard no_grad;
    const auto result = module->value.forward({input->value});
    if (result.isTensor()) {
      *out = new rt_tensor_s{result.toTensor()};
    } else {
      *other = strdup(result.type()->str().c_str());
    }
  });
}

int rt_script_new(const char *name, rt_script *out, rt_message *error) {
  return regnas::guarded(error, [&] {
    torch::jit::Module module{c10::QualifiedName(name)};
    // Python's `freeze` and `eval` look for it.
    module.register_attribute("training", c10::BoolType::get(), false);
    *out = new rt_script_s{std::move(module)};
  });
}

int rt_script_add_tensor(
  rt_script module, const char *name, rt_tensor tensor, bool is_parameter, rt_message *error) {
  return regnas::guarded(error, [&] {
    const auto value = tensor->value.detach().contiguous();
    if (is_parameter) {
      module->value.register_parameter(name, value, /*is_buffer=*/false);
    } else {
      module->value.register_buffer(name, value);
    }
  });
}

int rt_script_add_module(
  rt_script module, const char *name, rt_script child, rt_message *error) {
  return regnas::guarded(error, [&] { module->value.register_module(name, child->value); });
}

int rt_script_define(rt_script module, const char *source, rt_message *error) {
  return regnas::guarded(error, [&] { module->value.define(source); });
}

int rt_script_save(
  rt_script module, const char *extra_name, const char *extra_text, char **bytes, size_t *byte_count,
  rt_message *error) {
  return regnas::guarded(error, [&] {
    torch::jit::ExtraFilesMap extra;
    if (extra_name) extra[extra_name] = extra_text;
    // To a stream: an archive saved to a path has that file's name inside.
    std::ostringstream stream;
    module->value.save(stream, extra);
    const auto text = stream.str();
    *bytes = static_cast<char *>(malloc(text.size()));
    if (!*bytes) throw std::bad_alloc();
    std::memcpy(*bytes, text.data(), text.size());
    *byte_count = text.size();
  });
}
