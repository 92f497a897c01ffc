// How LibTorch is set up: words that any of its users could choose, joined by +.
//
//   eager          as it comes: f32, oneDNN, weights that collect gradients, maps [n, c, h, w]
//   frozen         weights need no gradient
//   channels_last  weights and maps in memory as [n, h, w, c]
//   no_onednn      its own loops in place of oneDNN's (processor)
//   tf32           products rounded to TF32 (GPU)
//   benchmark      cuDNN tries its algorithms and keeps the fastest (GPU)
//   autocast       convolutions in bf16
//   graph          an evaluation is recorded once as a CUDA graph and replayed (GPU)
#pragma once

#include <string>
#include <vector>

#include "tensor/device.h"

namespace impasto::twin {

struct Setting {
  std::string name = "eager";
  bool frozen = false, channels_last = false, onednn = true;
  bool tf32 = false, benchmark = false, autocast = false, graph = false;

  // Of f32 throughout, and so to be held to what we compute?
  bool exact() const { return !tf32 && !autocast; }
};

// "frozen+channels_last"; throws InputError, listing the words.
Setting parse_setting(const std::string& text);

// What is measured unless somebody asks for something else.
std::vector<Setting> default_settings();

// Why a setting cannot run beside our device; empty when it can.
std::string unavailable(const Setting& setting, Device device);

}  // namespace impasto::twin
