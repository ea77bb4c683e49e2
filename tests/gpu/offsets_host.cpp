#include "shared_structs.hpp"

namespace gyre::gpu_test {

layout_figures shared_structs_of_the_library() { return shared_structs(); }

}  // namespace gyre::gpu_test
