// Runs a target on files, without libFuzzer: its seeds, and what once crashed it.
#include <cstdio>
#include <vector>

#include "fuzz.h"

int main(int count, char** paths) {
  for (int i = 1; i < count; ++i) {
    std::FILE* file = std::fopen(paths[i], "rb");
    if (file == nullptr) {
      std::fprintf(stderr, "Expected a file at %s.\n", paths[i]);
      return 1;
    }
    std::vector<uint8_t> bytes;
    for (int byte = std::fgetc(file); byte != EOF; byte = std::fgetc(file)) {
      bytes.push_back(static_cast<uint8_t>(byte));
    }
    std::fclose(file);
    // What ends it is the last that is named here.
    std::printf("%s\n", paths[i]);
    std::fflush(stdout);
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  return 0;
}
