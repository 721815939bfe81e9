// A whole JPEG that is encoded with another quality: its luma and chroma stay what they are until then.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probe, toBytes } from '../../dist/index.js';
import { python } from '../../support/oracle.mjs';
import { fixture } from '../support/fixtures.mjs';

// The mean difference between the samples of a source and those of a file made of it: by us, and by Pillow.
const DIFFERENCES = `
image = Image.open(io.BytesIO(source))
samples = np.asarray(image.convert('RGB')).astype(int)
def difference(file):
    decoded = np.asarray(Image.open(io.BytesIO(file)).convert('RGB')).astype(int)
    return float(np.abs(decoded - samples).mean())
theirs = io.BytesIO()
image.save(theirs, 'JPEG', quality=quality, subsampling=subsampling)
result = {'ours': difference(ours), 'theirs': difference(theirs.getvalue())}
`;

const CASES = [
  ['photo-420.jpg', '4:2:0'],
  ['camera-420.jpg', '4:2:0'],
  ['photo-422.jpg', '4:2:2'],
  ['photo-444.jpg', '4:4:4'],
];

for (const [name, subsampling] of CASES) {
  test(`${name}, encoded anew, is nearer to its source than by way of RGB`, async () => {
    const source = await fixture(name);
    assert.equal((await probe(source)).chromaSubsampling, subsampling);
    for (const quality of [60, 85, 97]) {
      const options = { quality, chromaSubsampling: subsampling };
      const ours = await toBytes(source, options);
      const found = await python(DIFFERENCES, { source, ours, quality, subsampling });
      // Where chroma has all samples only rounding is saved, which coarse tables hide.
      const most = subsampling === '4:4:4' ? 1.001 : 1;
      assert.ok(found.ours < most * found.theirs, `${quality}: ${JSON.stringify(found)}`);
    }
  });
}
