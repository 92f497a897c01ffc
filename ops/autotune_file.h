// Choices of a tuner as a file that many runs and machines share: JSON, by machine and problem,
// with the times that decided.
#pragma once

#include <string>

#include "ops/autotuner.h"

namespace impasto {

// All that times depend on besides the problem: processor or GPU, what of it is used, how, and by
// which build of Impasto. Choices of another machine than this are not looked at.
std::string tuning_machine(Context& context);

// The machine's choices; none when there is no such file. Throws InputError when it cannot be read
// or is damaged.
TunedChoices read_choices(const std::string& path, const std::string& machine);

// Adds them to what the file holds by then, in place of older ones for the same problems. The file
// is whole at any time; of two programs that end at one moment, one may have measured in vain. What
// is damaged is replaced. Makes the folder. Throws InputError when it cannot be written.
void store_choices(const std::string& path, const std::string& machine,
                   const TunedChoices& choices);

}  // namespace impasto
