// Colour profiles written by hand (ICC.1:2022): a header, a table of tags, curves and colorants.

const u32 = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};
const fixed = (value) => u32(Math.round(value * 65536));
const begin = (type) => Buffer.concat([Buffer.from(type, 'latin1'), u32(0)]);

const colorant = (xyz) => Buffer.concat([begin('XYZ '), ...xyz.map(fixed)]);
const SRGB_NUMBERS = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045];

export const curves = {
  srgb: Buffer.concat([begin('para'), u32(3 << 16), ...SRGB_NUMBERS.map(fixed)]),
  formula: (type, ...numbers) =>
    Buffer.concat([begin('para'), u32(type << 16), ...numbers.map(fixed)]),
  table(count, curve) {
    const entries = Buffer.alloc(2 * count + ((2 * count) % 4));
    for (let i = 0; i < count; i += 1) {
      entries.writeUInt16BE(Math.round(65535 * curve(i / (count - 1))), 2 * i);
    }
    return Buffer.concat([begin('curv'), u32(count), entries]);
  },
  gamma: (gamma) => Buffer.concat([begin('curv'), u32(1), u32(Math.round(gamma * 256) * 65536)]),
};

export const colorants = {
  srgb: [
    [0.43607, 0.22249, 0.01392],
    [0.38515, 0.71687, 0.09708],
    [0.14307, 0.06061, 0.7141],
  ],
  p3: [
    [0.51512, 0.2412, -0.00105],
    [0.29198, 0.69225, 0.04189],
    [0.1571, 0.06657, 0.78407],
  ],
  proPhoto: [
    [0.79767, 0.28804, 0],
    [0.13519, 0.71188, 0],
    [0.03134, 0.00009, 0.8249],
  ],
  adobe: [
    [0.60974, 0.31111, 0.01947],
    [0.20528, 0.62567, 0.06087],
    [0.14919, 0.06322, 0.74457],
  ],
};

const words = (text) =>
  Buffer.concat([
    begin('mluc'),
    u32(1),
    u32(12),
    Buffer.from('enUS'),
    u32(2 * text.length),
    u32(28),
    Buffer.from(text, 'utf16le').swap16(),
    Buffer.alloc((2 * text.length) % 4),
  ]);

function assemble(colorSpace, tags) {
  const all = {
    desc: words('a profile'),
    cprt: words('none'),
    wtpt: colorant([0.9642, 1, 0.8249]),
    ...tags,
  };
  const entries = Object.entries(all);
  let at = 132 + 12 * entries.length;
  const table = [u32(entries.length)];
  for (const [name, content] of entries) {
    table.push(Buffer.from(name, 'latin1'), u32(at), u32(content.length));
    at += content.length;
  }
  const head = Buffer.alloc(128);
  head.writeUInt32BE(at, 0);
  head.writeUInt32BE(0x04000000, 8);
  head.write(`mntr${colorSpace}XYZ `, 12, 'latin1');
  head.writeUInt16BE(2022, 24);
  head.writeUInt16BE(1, 26);
  head.writeUInt16BE(1, 28);
  head.write('acsp', 36, 'latin1');
  Buffer.concat([0.9642, 1, 0.8249].map(fixed)).copy(head, 68);
  return Buffer.concat([head, ...table, ...entries.map(([, content]) => content)]);
}

/** A profile of three colorants and one curve for all. */
export const matrixProfile = ([rXYZ, gXYZ, bXYZ], curve, more = {}) =>
  assemble('RGB ', {
    rXYZ: colorant(rXYZ),
    gXYZ: colorant(gXYZ),
    bXYZ: colorant(bXYZ),
    rTRC: curve,
    gTRC: curve,
    bTRC: curve,
    ...more,
  });

export const grayProfile = (curve) => assemble('GRAY', { kTRC: curve });
export const cmykProfile = () => assemble('CMYK', { A2B0: begin('mft2') });
/** Of a table for the whole conversion, which goes before the rest. */
export const tableProfile = () =>
  matrixProfile(colorants.srgb, curves.srgb, { A2B0: begin('mft2') });

export const displayP3 = matrixProfile(colorants.p3, curves.srgb);
