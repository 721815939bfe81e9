// A file that is still arriving: what can be decoded of it is decoded meanwhile, and what is not
// needed need not come.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "job/pipeline.h"

namespace crop64 {

class Arriving {
 public:
  // `room` is as large as the file.
  Arriving(Buffer room, std::vector<Options> options);

  // Where the next bytes go. There is room for no more.
  std::span<uint8_t> rest() { return {room_.data() + there_, room_.size() - there_}; }

  // To be called when `count` bytes were written there.
  void arrived(size_t count);

  // Whether nothing is decoded ahead: the file has to be there as a whole.
  bool is_idle() const { return decoder_ == nullptr; }

  // Whether what is there is enough for the jobs.
  bool is_enough() const { return there_ == room_.size() || (is_decoded_ && !needs_end_); }

  // What process_all() gives of the whole file, once, when enough is there. The file is borrowed.
  Result<std::vector<Output>> process();

  // As much as is there.
  Bytes file() const { return Bytes(room_).first(there_); }

 private:
  void begin();

  Buffer room_;
  size_t there_ = 0;
  std::vector<Options> options_;
  bool may_begin_ = true;
  bool needs_end_ = false;  // for what stands behind the samples
  DecodeRequest request_;
  std::unique_ptr<IncrementalDecoder> decoder_;
  bool is_decoded_ = false;
};

}  // namespace crop64
