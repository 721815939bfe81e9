// Real croppers on a page, each made to select something, and what they then tell. Bundled by
// esbuild for croppers.test.mjs.
import Cropper2 from 'cropperjs';
import Cropper1 from 'cropperjs-1';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import EasyCrop from 'react-easy-crop';
import ReactCrop, { cropToCanvas } from 'react-image-crop';
import { decode } from '../../../dist/index.js';

// A stage of its own for each cropper, of a size in which the picture has to be scaled.
function stage() {
  const element = document.createElement('div');
  element.style.cssText = 'position: relative; width: 400px; height: 300px';
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

const samplesOf = (canvas) =>
  canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);

// What crop64 makes of a crop, and what the cropper's own canvas shows of it: their sizes and the
// mean difference of their samples.
async function compare(src, crop, canvas) {
  const source = new URL(src, location.href);
  const ours = await decode(source, { crop });
  const { unit: _, ...rest } = crop;
  const answer = { crop: rest, region: ours.region, size: [ours.width, ours.height] };
  if (canvas === undefined) {
    return answer;
  }
  const theirs = samplesOf(canvas);
  const resize = { width: theirs.width, height: theirs.height, fit: 'fill' };
  const { data } = await decode(source, { crop, resize });
  const sum = data.reduce((total, value, i) => total + Math.abs(value - theirs.data[i]), 0);
  return {
    ...answer,
    theirSize: [theirs.width, theirs.height],
    difference: sum / data.length,
  };
}

export async function cropper1(src, data) {
  const image = await imageIn(stage(), src);
  const cropper = await new Promise((resolve) => {
    const made = new Cropper1(image, {
      checkOrientation: false,
      ready: () => resolve(made),
    });
  });
  cropper.setData(data);
  return compare(src, cropper.getData(true), cropper.getCroppedCanvas());
}

export async function easyCrop(src) {
  const [percent, pixels] = await new Promise((resolve) => {
    const props = {
      image: src,
      crop: { x: 12, y: -9 },
      zoom: 1.7,
      aspect: 4 / 3,
      onCropChange: () => {},
      onCropComplete: (croppedArea, croppedAreaPixels) => resolve([croppedArea, croppedAreaPixels]),
    };
    createRoot(stage()).render(createElement(EasyCrop, props));
  });
  return {
    pixels: await compare(src, pixels),
    percent: await compare(src, { ...percent, unit: '%' }),
  };
}

export async function imageCrop(src, pixelCrop) {
  const element = stage();
  const image = await new Promise((resolve) => {
    const img = createElement('img', {
      src,
      style: { width: 400 },
      onLoad: ({ target }) => resolve(target),
    });
    createRoot(element).render(
      createElement(ReactCrop, { crop: pixelCrop, onChange: () => {} }, img),
    );
  });
  const { x, y, width, height } = pixelCrop;
  const percentCrop = {
    unit: '%',
    x: (100 * x) / image.width,
    y: (100 * y) / image.height,
    width: (100 * width) / image.width,
    height: (100 * height) / image.height,
  };
  const canvas = document.createElement('canvas');
  await cropToCanvas(image, canvas, pixelCrop);
  return compare(src, percentCrop, canvas);
}

export async function cropper2(src) {
  const element = stage();
  const original = await imageIn(element, src);
  const cropper = new Cropper2(original, { container: element });
  cropper.getCropperCanvas().style.height = '300px';
  const image = cropper.getCropperImage();
  await image.$ready();
  image.$center('contain');
  const selection = cropper.getCropperSelection();
  selection.$change(90, 60, 160, 120);
  await new Promise(requestAnimationFrame);
  const box = image.getBoundingClientRect();
  const at = selection.getBoundingClientRect();
  const selected = {
    unit: '%',
    x: (100 * (at.x - box.x)) / box.width,
    y: (100 * (at.y - box.y)) / box.height,
    width: (100 * at.width) / box.width,
    height: (100 * at.height) / box.height,
  };
  const { size } = await compare(src, selected);
  const canvas = await selection.$toCanvas({ width: size[0], height: size[1] });
  return compare(src, selected, canvas);
}
