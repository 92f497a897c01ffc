// Convolutions of a network.
#include "tools/lab/ops/benches.h"
#include "tools/lab/ops/conv2d_case.h"

namespace impasto::lab {

OpBenches conv2d_benches() {
  constexpr const char* kShapes = "vgg19_256.txt";
  return {"conv2d",
          {table_bench(conv2d_forward_direction(), kShapes),
           table_bench(conv2d_backward_data_direction(), kShapes),
           table_bench(conv2d_backward_filter_direction(), kShapes)}};
}

}  // namespace impasto::lab
