#include "codecs/jpeg/libjpeg.h"

#include <jversion.h>  // named in jerror.h

#include <string_view>

#include "base/text.h"

namespace crop64::jpeg {
namespace {

// Leaves out libjpeg's trace messages, which are not shown, and those about temporary files, which
// it does not use here.
constexpr const char* keep_errors(std::string_view code, const char* message) {
  const bool is_trace = code.starts_with("JTRC_");
  return is_trace || std::string_view(message).find("%s") != std::string_view::npos ? "" : message;
}

constexpr const char* kMessages[] = {
#define JMESSAGE(code, text) keep_errors(#code, text),
#include <jerror.h>
};

}  // namespace

void fail_as(j_common_ptr codec, ErrorCode code, const char* advice) {
  const jpeg_error_mgr& manager = *codec->err;
  const int* numbers = manager.msg_parm.i;
  char message[JMSG_LENGTH_MAX];
  format_text(message, sizeof message, kMessages[manager.msg_code], numbers[0], numbers[1],
              numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7]);
  char text[sizeof ErrorTrap::message];
  format_text(text, sizeof text, "%s%s", message, advice);
  fail(errors_of(codec).trap, code, text);
}

void prepare(Errors& errors, void (*on_error)(j_common_ptr),
             void (*on_warning)(j_common_ptr, int level)) {
  errors.manager = {};
  errors.manager.error_exit = on_error;
  errors.manager.emit_message = on_warning;
  errors.manager.reset_error_mgr = [](j_common_ptr) {};
}

}  // namespace crop64::jpeg
