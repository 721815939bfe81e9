// Little CMS, which Pillow brings along, called by ctypes: Pillow has no conversion of 16 bits.
import { python } from '../../support/oracle.mjs';

/**
 * Samples converted by Little CMS: relative colorimetric, without black point compensation. `channels` is 1
 * or 3; `samples` are a Uint8Array or a Uint16Array. `to` is a profile, sRGB if it is missing.
 */
export async function lcms(samples, channels, profile, to = new Uint8Array()) {
  const code = `
import ctypes, ctypes.util
lib = ctypes.CDLL(ctypes.util.find_library('lcms2') or 'liblcms2.so.2')
for name in ('cmsOpenProfileFromMem', 'cmsCreate_sRGBProfile', 'cmsCreateTransform'):
    getattr(lib, name).restype = ctypes.c_void_p
source = lib.cmsOpenProfileFromMem(profile, len(profile))
target = lib.cmsOpenProfileFromMem(to, len(to)) if to else lib.cmsCreate_sRGBProfile()
kind = lambda channels: (3 if channels == 1 else 4) << 16 | channels << 3 | bits // 8
RELATIVE, PLAIN = 1, 0x100 | 0x40
change = lib.cmsCreateTransform(ctypes.c_void_p(source), kind(channels), ctypes.c_void_p(target), kind(3),
                                RELATIVE, PLAIN)
assert change, 'Little CMS refused the profile'
count = len(samples) * 8 // bits // channels
out = ctypes.create_string_buffer(count * 3 * bits // 8)
lib.cmsDoTransform(ctypes.c_void_p(change), samples, out, count)
lib.cmsDeleteTransform(ctypes.c_void_p(change))
result = out.raw`;
  const bits = samples.BYTES_PER_ELEMENT * 8;
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const made = await python(code, { samples: bytes, channels, profile, to, bits });
  return bits === 8
    ? made
    : new Uint16Array(made.buffer.slice(made.byteOffset, made.byteOffset + made.length));
}
