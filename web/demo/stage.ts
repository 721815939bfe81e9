// The region on the picture, by mouse, touch and keys: cropperjs on a reduced picture.

import type { CropperCanvas, CropperImage, CropperSelection } from 'cropperjs';
import 'cropperjs';
import { byId } from './dom.js';
import type { Picture } from './picture.js';
import { type Bounds, type Box, kept } from './region.js';

export interface Stage {
  /** Shows another picture; its region comes by `place`. */
  show(picture: Picture): Promise<void>;
  /** Puts the region where it is told, as far as it is inside. */
  place(box: Box): void;
  /** Outlines what was taken, where that is more than the region. */
  outline(box: Box | undefined): void;
}

// A key moves by this part of the picture's larger side.
const KEY_STEP = 0.01;

const MOVES: Record<string, readonly [x: number, y: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function createStage(onChange: (box: Box) => void): Stage {
  const frame = byId('frame', HTMLElement);
  const taken = byId('taken', HTMLElement);
  const canvas = frame.querySelector('cropper-canvas') as CropperCanvas;
  const image = frame.querySelector('cropper-image') as CropperImage;
  const selection = frame.querySelector('cropper-selection') as CropperSelection;

  let size = { width: 1, height: 1 };
  let region: Box = { x: 0, y: 0, width: 1, height: 1 };
  let outlined: Box | undefined;
  let isPlacing = false;

  // Where the whole picture is, in the canvas.
  function bounds(): Bounds {
    const { clientWidth, clientHeight } = canvas;
    const scale = Math.min(clientWidth / size.width, clientHeight / size.height);
    const [width, height] = [size.width * scale, size.height * scale];
    return { left: (clientWidth - width) / 2, top: (clientHeight - height) / 2, width, height };
  }

  function onCanvas({ x, y, width, height }: Box): Box {
    const { left, top, width: shown } = bounds();
    const scale = shown / size.width;
    return {
      x: left + x * scale,
      y: top + y * scale,
      width: width * scale,
      height: height * scale,
    };
  }

  // Rounded edge by edge, as crop64 does, and never empty.
  function inPicture({ x, y, width, height }: Box): Box {
    const { left, top, width: shown } = bounds();
    const scale = size.width / shown;
    const [x0, y0] = [Math.round((x - left) * scale), Math.round((y - top) * scale)];
    const [x1, y1] = [
      Math.round((x + width - left) * scale),
      Math.round((y + height - top) * scale),
    ];
    const rounded = {
      x: Math.min(x0, size.width - 1),
      y: Math.min(y0, size.height - 1),
      width: Math.max(1, x1 - x0),
      height: Math.max(1, y1 - y0),
    };
    return rounded;
  }

  function put({ x, y, width, height }: Box): void {
    isPlacing = true;
    selection.$change(x, y, width, height);
    isPlacing = false;
  }

  function place(box: Box): void {
    region = box;
    const { width, height } = size;
    put(onCanvas(kept(box, { left: 0, top: 0, width, height }, false)));
  }

  function outline(box: Box | undefined): void {
    outlined = box;
    taken.hidden = box === undefined;
    if (box !== undefined) {
      const { x, y, width, height } = onCanvas(box);
      taken.style.transform = `translate(${x}px, ${y}px)`;
      taken.style.width = `${width}px`;
      taken.style.height = `${height}px`;
    }
  }

  selection.addEventListener('change', (event) => {
    if (isPlacing) {
      return;
    }
    const asked = (event as CustomEvent<Box>).detail;
    const moved = asked.width === selection.width && asked.height === selection.height;
    const inside = kept(asked, bounds(), moved);
    if (inside.x !== asked.x || inside.y !== asked.y || inside.width !== asked.width || inside.height !== asked.height) {
      event.preventDefault();
      put(inside);
    }
    const before = region;
    region = inPicture(inside);
    if (moved) {
      region = { ...region, width: before.width, height: before.height };
    }
    onChange(region);
  });

  selection.addEventListener('keydown', (event) => {
    const move = MOVES[event.key];
    if (move === undefined || event.altKey || event.metaKey) {
      return;
    }
    event.preventDefault();
    const step = event.ctrlKey
      ? 1
      : Math.max(1, Math.round(KEY_STEP * Math.max(size.width, size.height)));
    const [x, y] = [move[0] * step, move[1] * step];
    const whole = { left: 0, top: 0, ...size };
    const { width, height } = region;
    const asked = event.shiftKey
      ? { ...region, width: Math.max(1, width + x), height: Math.max(1, height + y) }
      : { ...region, x: region.x + x, y: region.y + y };
    place(kept(asked, whole, !event.shiftKey));
    onChange(region);
  });

  // cropperjs takes the wheel for itself, even where nothing zooms: the page would not scroll.
  frame.addEventListener('wheel', (event) => event.stopPropagation(), { capture: true });

  new ResizeObserver(() => {
    if (!selection.hidden) {
      image.$center('contain');
      place(region);
      outline(outlined);
    }
  }).observe(canvas);

  let url: string | undefined;
  return {
    async show({ info, preview }) {
      const last = url;
      url = URL.createObjectURL(preview);
      image.src = url;
      await image.$ready();
      if (last !== undefined) {
        URL.revokeObjectURL(last);
      }
      size = { width: info.width, height: info.height };
      image.$center('contain');
      outline(undefined);
      frame.classList.remove('empty');
      selection.hidden = false;
    },
    place,
    outline,
  };
}
