// docs/workflows.md: both blocks of each job run, on the same images, and give the same.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decode, encode, probe, toBase64, toBytes, toImageData } from '../../../dist/index.js';
import { python } from '../../../support/oracle.mjs';
import { root } from '../../support/fixtures.mjs';
import { describePage } from '../../support/pages.mjs';

const text = await readFile(join(root, 'docs/workflows.md'), 'utf8');
const jobs = text.split(/^## /m).slice(1);

// How far the results of two jobs may be apart. The rest are equal.
const SAME_PICTURE = new Set(['W1', 'W6', 'W12']); // PNG files of other compressors
const NEAR = new Set(['W5']); // OpenCV's reduction has no antialiasing

let folder;

// What a job's block of that language says, to be looked up on the page.
function codeOf(job, language) {
  const code = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(job)?.[1];
  assert.ok(code, `a block of ${language}`);
  return code;
}

// How the blocks of a language begin.
const beginnings = { python: '', js: '' };

async function runPython(code) {
  const folderIs = `import os\nos.chdir(${JSON.stringify(folder)})`;
  return python([beginnings.python, folderIs, code].join('\n'));
}

// A function has no imports: what they name is given to it.
async function runScript(code) {
  const read = (name) => readFile(join(folder, name));
  const given = { readFile: read, decode, encode, probe, toBase64, toBytes, toImageData };
  const [, , begin] = /^((?:import .*\n)+)([\s\S]*)$/.exec(beginnings.js);
  const AsyncFunction = Object.getPrototypeOf(runScript).constructor;
  const job = new AsyncFunction(...Object.keys(given), `${begin}\n${code}\nreturn result;`);
  return job(...Object.values(given));
}

// The bytes of a result, which may be base64 text: in Python that is bytes, too.
function bytesOf(result, isText) {
  return isText ? Buffer.from(String(result), 'base64') : Buffer.from(result);
}

async function samplesOf(file) {
  const { data, width, height } = await decode(file, { channels: 'RGB' });
  return { data: Buffer.from(data), width, height };
}

async function compare(name, ours, theirs) {
  if (!(theirs instanceof Uint8Array)) {
    assert.deepEqual(ours, theirs);
    return;
  }
  const isText = typeof ours === 'string';
  const [our, their] = [bytesOf(ours, isText), bytesOf(theirs, isText)];
  if (SAME_PICTURE.has(name)) {
    const [a, b] = [await samplesOf(our), await samplesOf(their)];
    assert.deepEqual([a.width, a.height], [b.width, b.height]);
    assert.ok(a.data.equals(b.data));
  } else if (NEAR.has(name)) {
    const [a, b] = [await samplesOf(our), await samplesOf(their)];
    const sum = a.data.reduce((total, value, i) => total + Math.abs(value - b.data[i]), 0);
    assert.ok(sum / a.data.length < 12, `mean difference ${sum / a.data.length}`);
  } else {
    assert.ok(our.equals(their), `${our.length} and ${their.length} bytes`);
  }
}

describePage('docs/workflows.md', (block) => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crop64-docs-'));
    const made = await python(
      `
rows, columns = np.mgrid[0:800, 0:1200]
waves = np.stack([128 + 100 * np.sin(columns / 90 + i) * np.cos(rows / 70 - i) for i in range(3)], -1)
noise = np.random.default_rng(64).normal(0, 6, waves.shape)
image = Image.fromarray((waves + noise).clip(0, 255).astype('uint8'))
def save(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, **options)
    return buffer.getvalue()
deep = Image.fromarray((np.mgrid[0:64, 0:64][0] * 1000).astype('uint16'))
result = {
    'photo.jpg': save(image, format='JPEG', quality=92),
    'photo.png': save(image.crop((0, 0, 400, 300)), format='PNG'),
    'palette.png': save(image.quantize(64), format='PNG'),
    'deep.png': save(deep, format='PNG'),
}
`,
    );
    for (const [name, bytes] of Object.entries(made)) {
      await writeFile(join(folder, name), bytes);
    }
  });
  after(() => rm(folder, { recursive: true }));

  before(() => {
    beginnings.python = block('python', 'import base64');
    beginnings.js = block('js', 'import ');
    const named = Array.from(beginnings.js.matchAll(/^import \{ (.*) \} from/gm), ([, all]) => all);
    const expected = 'readFile, decode, encode, probe, toBase64, toBytes, toImageData';
    assert.equal(named.join(', '), expected);
  });

  for (const job of jobs) {
    const [name] = job.split('.');
    test(`${job.split('\n')[0]} gives the same in Python and JavaScript`, async () => {
      const theirs = await runPython(block('python', codeOf(job, 'python')));
      await compare(name, await runScript(block('js', codeOf(job, 'js'))), theirs);
    });
  }

  test('the page contains all seventeen jobs', () => {
    const names = jobs.map((job) => job.split('.')[0]);
    assert.deepEqual(
      names,
      Array.from({ length: 17 }, (_, i) => `W${i + 1}`),
    );
  });
});
