// The region on the picture, by mouse, touch and keys: cropperjs's selection on a reduced picture.

import type { CropperCanvas, CropperSelection } from 'cropperjs';
import 'cropperjs';
import { byId } from './dom.js';
import type { Picture } from './picture.js';
import { type Box, kept } from './region.js';

export interface Stage {
  /** Shows another picture; its region comes by `place`. */
  show(picture: Picture): Promise<void>;
  /** Puts the region where it is told, as far as it is inside. */
  place(box: Box): void;
  /** Outlines what was taken, where that is not the region. */
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
  const image = byId('preview', HTMLImageElement);
  const selection = frame.querySelector('cropper-selection') as CropperSelection;

  let size = { width: 1, height: 1 };
  let region: Box = { x: 0, y: 0, width: 1, height: 1 };
  let outlined: Box | undefined;
  let isPlacing = false;
  let isEmpty = true;

  // The canvas is just as large as the picture is shown.
  function layOut(): void {
    const { clientWidth, clientHeight } = frame;
    const scale = Math.min(clientWidth / size.width, clientHeight / size.height);
    canvas.style.width = `${size.width * scale}px`;
    canvas.style.height = `${size.height * scale}px`;
    place(region);
    outline(outlined);
  }

  // Pixels of the page for one of the picture.
  const scale = () => canvas.getBoundingClientRect().width / size.width;

  const onCanvas = ({ x, y, width, height }: Box): Box => {
    const by = scale();
    return { x: x * by, y: y * by, width: width * by, height: height * by };
  };

  // Rounded edge by edge, as crop64 does, and never empty.
  function inPicture({ x, y, width, height }: Box): Box {
    const by = scale();
    const [left, right] = [Math.round(x / by), Math.round((x + width) / by)];
    const [top, bottom] = [Math.round(y / by), Math.round((y + height) / by)];
    return {
      x: Math.min(left, size.width - 1),
      y: Math.min(top, size.height - 1),
      width: Math.max(1, right - left),
      height: Math.max(1, bottom - top),
    };
  }

  function put({ x, y, width, height }: Box): void {
    isPlacing = true;
    selection.$change(x, y, width, height);
    isPlacing = false;
  }

  function place(box: Box): void {
    region = box;
    put(onCanvas(kept(box, size, false)));
  }

  function outline(box: Box | undefined): void {
    outlined = box;
    taken.hidden = box === undefined || isSame(box, region);
    if (box !== undefined) {
      const { x, y, width, height } = onCanvas(box);
      taken.style.transform = `translate(${x}px, ${y}px)`;
      taken.style.width = `${width}px`;
      taken.style.height = `${height}px`;
    }
  }

  selection.addEventListener('change', (event) => {
    if (isEmpty) {
      event.preventDefault();
    }
    if (isEmpty || isPlacing) {
      return;
    }
    const asked = (event as CustomEvent<Box>).detail;
    const moved = asked.width === selection.width && asked.height === selection.height;
    const { width, height } = region;
    const inside = kept(asked, canvas.getBoundingClientRect(), moved);
    if (!isSame(inside, asked)) {
      event.preventDefault();
      put(inside);
    }
    const next = inPicture(inside);
    // What is only moved keeps its size to the pixel.
    region = moved ? kept({ ...next, width, height }, size, true) : next;
    onChange(region);
  });

  selection.tabIndex = 0;
  selection.setAttribute('role', 'application');
  selection.setAttribute('aria-label', 'Region');
  selection.setAttribute('aria-describedby', 'keys');
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
    const { width, height } = region;
    const asked = event.shiftKey
      ? { ...region, width: Math.max(1, width + x), height: Math.max(1, height + y) }
      : { ...region, x: region.x + x, y: region.y + y };
    place(kept(asked, size, !event.shiftKey));
    onChange(region);
  });

  // cropperjs takes the wheel for itself, even where nothing zooms: the page would not scroll.
  frame.addEventListener('wheel', (event) => event.stopPropagation(), { capture: true });

  new ResizeObserver(() => {
    if (!isEmpty) {
      layOut();
    }
  }).observe(frame);

  let url: string | undefined;
  return {
    async show({ info, preview }) {
      const last = url;
      url = URL.createObjectURL(preview);
      image.src = url;
      await image.decode();
      if (last !== undefined) {
        URL.revokeObjectURL(last);
      }
      size = { width: info.width, height: info.height };
      outlined = undefined;
      frame.classList.remove('empty');
      isEmpty = false;
      layOut();
    },
    place,
    outline,
  };
}

const isSame = (a: Box, b: Box) =>
  a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
