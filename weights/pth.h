// PyTorch state dicts, as torch.save writes them: the zip form (since 1.6) and the older one, a row
// of pickles followed by the raw storages. Nothing in the file is executed (weights/pickle.h). The
// dict of tensors may be the whole file or lie under "state_dict" or "model_state_dict".
#pragma once

#include <string>

#include "weights/archive.h"

namespace impasto {

Archive open_pth(const std::string& path);

}  // namespace impasto
