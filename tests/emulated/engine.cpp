#include <memory>
#include <utility>

#include <gyre/engine/cuda/engine.hpp>

#include "driver.hpp"

namespace gyre::emulated {
namespace {

/// The CUDA engine, with somebody to hear of exceptions.
class listened_engine final : public engine {
 public:
  explicit listened_engine(std::shared_ptr<engine> real) : real_(std::move(real)) {}

  engine_report report() const override { return real_->report(); }
  result<launch_options> settle(launch_options options) const override {
    if (options.lanes == 0) options.lanes = workers * 32;
    return real_->settle(std::move(options));
  }
  ring_format format() const noexcept override { return real_->format(); }
  result<std::unique_ptr<buffer_memory>> make_buffer_memory(buffer_table host) override {
    return real_->make_buffer_memory(host);
  }
  result<void> prepare() override { return real_->prepare(); }
  std::uint64_t available_memory() const override { return real_->available_memory(); }
  std::uint64_t bytes_beside(kernel_image const& image, launch_options const& options,
                             ring_geometry const& inbox) const override {
    return real_->bytes_beside(image, options, inbox);
  }
  result<memory_block> allocate(std::uint64_t bytes) override { return real_->allocate(bytes); }
  result<memory_block> allocate_inboxes(std::uint64_t bytes) override {
    return real_->allocate_inboxes(bytes);
  }
  result<std::unique_ptr<resident_kernel>> start(kernel_image const& image,
                                                 kernel_view const& kernel,
                                                 launch_options const& options,
                                                 kernel_listener& listener) override {
    driver::listen(kernel.control, listener);
    return real_->start(image, kernel, options, listener);
  }

 private:
  std::shared_ptr<engine> real_;
};

}  // namespace

result<std::shared_ptr<engine>> make_engine(cuda_options const& options) {
  auto made = make_cuda_engine(options);
  if (!made) return made;
  return std::make_shared<listened_engine>(std::move(*made));
}

}  // namespace gyre::emulated
