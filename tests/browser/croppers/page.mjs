// Runs real croppers on a page and decodes what they select by the README's recipes. Bundled by
// esbuild for croppers.test.mjs, which passes the recipes as text.
import Cropper2 from 'cropperjs';
import Cropper1 from 'cropperjs-1';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import EasyCrop from 'react-easy-crop';
import ReactCrop, { convertToPercentCrop, cropToCanvas } from 'react-image-crop';
import { decode } from '../../../dist/index.js';

// One stage for each cropper, small enough that every image has to be scaled.
function stage() {
  const element = document.createElement('div');
  element.style.cssText = 'position: relative; width: 400px; height: 300px';
  document.body.style.margin = 0;
  document.body.replaceChildren(element);
  return element;
}

async function imageIn(element, src) {
  const image = new Image();
  image.src = src;
  element.append(image);
  await image.decode();
  return image;
}

// The options that the README's lines make of what a cropper gives. The other croppers give nothing.
async function byRecipe(code, given) {
  const names = ['croppedArea', 'croppedAreaPixels', 'rotation', 'percentCrop', 'pixelCrop', 'img'];
  const made = [];
  const values = {
    ...Object.fromEntries(names.map((name) => [name, {}])),
    cropper: { getData() {} },
    convertToPercentCrop,
    ...given,
    file: {},
    toBlob: async (_, options) => made.push(options),
  };
  const AsyncFunction = (async () => {}).constructor;
  await new AsyncFunction(...Object.keys(values), code)(...Object.values(values));
  const [easy, easyPercent, reactImage, reactImagePixels, cropper1] = made;
  return { easy, easyPercent, reactImage, reactImagePixels, cropper1 };
}

/** What decode() makes of options: its size and region, and optionally its samples as an array. */
export async function decoded(src, options) {
  const source = new URL(src, location.href);
  try {
    const { data, width, height, region } = await decode(source, options);
    return { options, data, size: [width, height], region };
  } catch (error) {
    return { options, code: error.code, name: error.details?.name };
  }
}

const samplesOf = (canvas) =>
  canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);

// Fills what is transparent with one colour, so that samples without meaning are equal.
function filled(data, { width, height }) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  context.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
  context.globalCompositeOperation = 'destination-over';
  context.fillStyle = '#8000ff';
  context.fillRect(0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}

function meanDifference(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += Math.abs(a[i] - b[i]);
  return sum / a.length;
}

// The rectangle of a canvas that is not transparent: what of a selection lies inside the image.
function opaqueIn({ data, width, height }) {
  const box = { left: width, top: height, right: 0, bottom: 0 };
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (data[4 * (y * width + x) + 3] < 128) continue;
      box.left = Math.min(box.left, x);
      box.top = Math.min(box.top, y);
      box.right = Math.max(box.right, x + 1);
      box.bottom = Math.max(box.bottom, y + 1);
    }
  }
  return [box.right - box.left, box.bottom - box.top];
}

// Compares what crop64 makes of the options with the cropper's own canvas, drawn to the same size:
// the whole selection ('pad'), and only what of it lies inside the image ('clamp').
async function compare(src, options, draw) {
  const padded = await decoded(src, { ...options, outOfBounds: 'pad' });
  if (padded.code !== undefined) return padded;
  const [width, height] = padded.size;
  const theirs = samplesOf(await draw(width, height));
  const clamped = await decoded(src, { ...options, outOfBounds: 'clamp' });
  const { data } = await decode(new URL(src, location.href), {
    ...options,
    outOfBounds: 'pad',
    resize: { width: theirs.width, height: theirs.height, fit: 'fill' },
  });
  return {
    options,
    size: padded.size,
    theirSize: [theirs.width, theirs.height],
    difference: meanDifference(filled(data, theirs), filled(theirs.data, theirs)),
    insideSize: clamped.size,
    theirInsideSize: opaqueIn(theirs),
  };
}

export async function cropper1(src, recipes, { actions = [], data }) {
  const image = await imageIn(stage(), src);
  const cropper = await new Promise((resolve) => {
    const made = new Cropper1(image, {
      checkOrientation: false,
      ready: () => resolve(made),
    });
  });
  if (data !== undefined) cropper.setData(data);
  for (const [name, ...args] of actions) cropper[name](...args);
  const options = await byRecipe(recipes.others, { cropper });
  return compare(src, options.cropper1, () => cropper.getCroppedCanvas());
}

// How react-easy-crop's documentation draws its area: on a canvas as large as the rotated image's
// bounding box. Where the area is on the page is told, too, for a screenshot.
export async function easyCrop(src, recipes, given) {
  const [croppedArea, croppedAreaPixels] = await new Promise((resolve) => {
    const props = {
      image: src,
      crop: { x: 12, y: -9 },
      zoom: 1.7,
      aspect: 4 / 3,
      ...given,
      showGrid: false,
      style: { cropAreaStyle: { border: 'none', boxShadow: 'none' } },
      onCropChange: () => {},
      onCropComplete: (area, pixels) => resolve([area, pixels]),
    };
    createRoot(stage()).render(createElement(EasyCrop, props));
  });
  const { rotation = 0 } = given;
  const options = await byRecipe(recipes.others, { croppedArea, croppedAreaPixels, rotation });
  const image = await imageIn(document.createElement('div'), src);
  const draw = (width, height) => {
    const { naturalWidth, naturalHeight } = image;
    const angle = (rotation * Math.PI) / 180;
    const [cosine, sine] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
    const box = [
      cosine * naturalWidth + sine * naturalHeight,
      sine * naturalWidth + cosine * naturalHeight,
    ];
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    context.translate(box[0] / 2 - croppedAreaPixels.x, box[1] / 2 - croppedAreaPixels.y);
    context.rotate(angle);
    context.drawImage(image, -naturalWidth / 2, -naturalHeight / 2);
    return canvas;
  };
  const area = document.querySelector('[data-testid=cropper]').getBoundingClientRect();
  return {
    pixels: await compare(src, options.easy, draw),
    percent: await decoded(src, options.easyPercent),
    clip: { x: area.x, y: area.y, width: area.width, height: area.height },
  };
}

export async function imageCrop(src, recipes, pixelCrop) {
  const element = stage();
  const image = await new Promise((resolve) => {
    const img = createElement('img', {
      src,
      style: { height: 300 },
      onLoad: ({ target }) => resolve(target),
    });
    createRoot(element).render(
      createElement(ReactCrop, { crop: pixelCrop, onChange: () => {} }, img),
    );
  });
  const draw = async () => {
    const canvas = document.createElement('canvas');
    await cropToCanvas(image, canvas, pixelCrop);
    return canvas;
  };
  const box = image.getBoundingClientRect();
  const percentCrop = convertToPercentCrop(pixelCrop, box.width, box.height);
  const options = await byRecipe(recipes.others, { percentCrop, pixelCrop, img: image });
  return {
    percent: await compare(src, options.reactImage, draw),
    pixels: await compare(src, options.reactImagePixels, draw),
  };
}

export async function cropper2(src, recipes, { actions = [], selected }) {
  const element = stage();
  const original = await imageIn(element, src);
  const cropper = new Cropper2(original, { container: element });
  cropper.getCropperCanvas().style.height = '300px';
  const image = cropper.getCropperImage();
  image.skewable = true;
  // $ready() may resolve before the cropper has fitted the image into its canvas.
  if (!image.$isReady) {
    await new Promise((resolve) => image.$image.addEventListener('load', resolve));
  }
  await new Promise(requestAnimationFrame);
  image.$resetTransform().$center('contain');
  for (const [name, ...args] of actions) image[name](...args);
  const selection = cropper.getCropperSelection();
  if (selected === undefined) selection.$reset();
  else selection.$change(...selected);
  let options;
  try {
    options = new Function(
      'image',
      'selection',
      `${recipes.cropper2}\nreturn cropOptions(image, selection);`,
    )(image, selection);
  } catch (error) {
    return { refused: error.message };
  }
  return compare(src, options, (width, height) => selection.$toCanvas({ width, height }));
}
