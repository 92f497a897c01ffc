// Do the student's Gram matrices lie to each other as the teacher's do? The channels of the two
// differ, so matrices cannot be compared, but their inner products over the pictures of a batch
// can: with the Gram matrices as the rows of A (n x c^2), their mean taken off,
//
//   K = A A^T,   loss = min_a |a K - K'|^2 / |K'|^2 = 1 - <K, K'>^2 / (|K|^2 |K'|^2)
//
// K' being the teacher's. 0 when all distances between Gram matrices are proportional to the
// teacher's, which is what style losses need of a network whose weights only scale them. This is
// one minus the square of centred kernel alignment: Kornblith et al., "Similarity of neural network
// representations revisited", ICML 2019. Relations in place of values: Park et al., "Relational
// knowledge distillation", CVPR 2019.
#pragma once

#include "nn/autograd/functions.h"

namespace impasto::train {

// own [n, c, c], taught [n, t, t], n > 2. An f64 scalar. Waits for the device: the best a is
// computed by the host. The gradient need not know how it came about, for at the minimum the loss
// does not depend on it.
Variable gram_geometry(Context& context, const Variable& own, const Tensor& taught, double weight);

}  // namespace impasto::train
