// Keras weights in HDF5, as the VGG files of Keras are published: Keras 1 names
// (block1_conv1/block1_conv1_W_1:0), Keras 2 names (block1_conv1/block1_conv1/kernel:0), and saved
// models, which keep either under model_weights/.
//
// Tensors are called <layer>.weight and <layer>.bias; convolution kernels are turned from Keras'
// [kh, kw, ic, oc] to [oc, ic, kh, kw].
#pragma once

#include <string>

#include "weights/archive.h"

namespace impasto {

Archive open_keras_h5(const std::string& path);

}  // namespace impasto
