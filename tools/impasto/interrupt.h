// Ctrl-C and termination: the first asks the work to stop and save, a second ends the program at
// once.
#pragma once

namespace impasto::cli {

void catch_interrupts();

// The signal that arrived, 0 when none did.
int interrupted();

}  // namespace impasto::cli
