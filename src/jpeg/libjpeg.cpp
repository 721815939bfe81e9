#include "jpeg/libjpeg.h"

namespace crop64 {

void fail_as(j_common_ptr codec, ErrorCode code) {
  char message[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, message);
  fail(errors_of(codec).trap, code, message);
}

void prepare(JpegErrors& errors, void (*on_error)(j_common_ptr),
             void (*on_warning)(j_common_ptr, int level)) {
  jpeg_std_error(&errors.manager);
  errors.manager.error_exit = on_error;
  errors.manager.emit_message = on_warning;
  errors.manager.output_message = [](j_common_ptr) {};
}

}  // namespace crop64
