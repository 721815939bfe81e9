#include "codecs/jpeg/libjpeg.h"

#include <jversion.h>  // named in jerror.h

#include <string_view>

#include "base/text.h"

namespace crop64::jpeg {
namespace {

// The errors and warnings that a file or the size of an image can cause. The others are about
// wrong calls, temporary files and what is not compiled in.
constexpr std::string_view kCausedByImages[] = {
    "JERR_ARITH_NOTIMPL",
    "JERR_BAD_COMPONENT_ID",
    "JERR_BAD_DCT_COEF",
    "JERR_BAD_HUFF_TABLE",
    "JERR_BAD_J_COLORSPACE",
    "JERR_BAD_LENGTH",
    "JERR_BAD_MCU_SIZE",
    "JERR_BAD_PRECISION",
    "JERR_BAD_PROGRESSION",
    "JERR_BAD_SAMPLING",
    "JERR_CCIR601_NOTIMPL",
    "JERR_COMPONENT_COUNT",
    "JERR_CONVERSION_NOTIMPL",
    "JERR_DAC_INDEX",
    "JERR_DAC_VALUE",
    "JERR_DHT_INDEX",
    "JERR_DQT_INDEX",
    "JERR_EMPTY_IMAGE",
    "JERR_EOI_EXPECTED",
    "JERR_FRACT_SAMPLE_NOTIMPL",
    "JERR_IMAGE_TOO_BIG",
    "JERR_NO_HUFF_TABLE",
    "JERR_NO_IMAGE",
    "JERR_NO_QUANT_TABLE",
    "JERR_NO_SOI",
    "JERR_OUT_OF_MEMORY",
    "JERR_SOF_DUPLICATE",
    "JERR_SOF_NO_SOS",
    "JERR_SOF_UNSUPPORTED",
    "JERR_SOI_DUPLICATE",
    "JERR_SOS_NO_SOF",
    "JERR_UNKNOWN_MARKER",
    "JERR_WIDTH_OVERFLOW",
    "JWRN_HIT_MARKER",
    "JWRN_HUFF_BAD_CODE",
    "JWRN_MUST_RESYNC",
};

constexpr const char* message_of(std::string_view code, const char* message) {
  for (const std::string_view kept : kCausedByImages) {
    if (kept == code) {
      return message;
    }
  }
  return "Internal error of libjpeg-turbo";
}

constexpr const char* kMessages[] = {
#define JMESSAGE(code, text) message_of(#code, text),
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
