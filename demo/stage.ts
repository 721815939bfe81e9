// The region on the image, by mouse, touch and keys: cropperjs's selection on a reduced copy.

import type { CropperCanvas, CropperSelection } from 'cropperjs';
import 'cropperjs';
import { byId } from './dom.js';
import type { SourceImage } from './image.js';
import { type Box, kept } from './region.js';

export interface Stage {
  /** Shows another image. Call `place` to set its region. */
  show(image: SourceImage): Promise<void>;
  /** Shows no image. */
  clear(): void;
  /** Sets the region. The part outside the image is not shown. */
  place(box: Box): void;
  /** Outlines the rectangle of the result, if it differs from the region. */
  outline(box: Box | undefined): void;
}

// A key moves by this fraction of the image's larger side.
const KEY_STEP = 0.01;

const MOVES: Record<string, readonly [x: number, y: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

// With this modifier a key moves by a pixel. On a Mac, Control with an arrow key switches desktops.
const [FINE, FINE_NAME] = /^(Mac|iP)/.test(navigator.platform)
  ? (['altKey', 'Option'] as const)
  : (['ctrlKey', 'Ctrl'] as const);

// The detail of cropperjs's event at the start of a gesture.
interface ActionStart {
  readonly action: string;
  readonly relatedEvent: PointerEvent;
}

export function createStage(onChange: (box: Box) => void): Stage {
  const frame = byId('frame', HTMLElement);
  const taken = byId('taken', HTMLElement);
  const canvas = frame.querySelector('cropper-canvas') as CropperCanvas;
  const image = byId('preview', HTMLImageElement);
  const selection = frame.querySelector('cropper-selection') as CropperSelection;
  const tools = byId('tools', HTMLElement);
  const keys = byId('keys', HTMLElement);
  const draw = byId('draw', HTMLButtonElement);

  let size = { width: 1, height: 1 };
  let region: Box = { x: 0, y: 0, width: 1, height: 1 };
  let outlined: Box | undefined;
  let isPlacing = false;
  let isEmpty = true;
  // With touch, a region is drawn only after the button was pressed; otherwise a swipe scrolls the page.
  let isDrawing = false;
  let hasChanged = false;

  function setDrawing(next: boolean): void {
    isDrawing = next;
    draw.setAttribute('aria-pressed', String(next));
    canvas.classList.toggle('drawing', next);
  }

  // The canvas has the size of the displayed image.
  function layOut(): void {
    const { clientWidth, clientHeight } = frame;
    const scale = Math.min(clientWidth / size.width, clientHeight / size.height);
    canvas.style.width = `${size.width * scale}px`;
    canvas.style.height = `${size.height * scale}px`;
    place(region);
    outline(outlined);
  }

  // CSS pixels per pixel of the image.
  const scale = () => canvas.getBoundingClientRect().width / size.width;

  const onCanvas = ({ x, y, width, height }: Box): Box => {
    const by = scale();
    return { x: x * by, y: y * by, width: width * by, height: height * by };
  };

  // Rounds each edge like crop64. The result is never empty.
  function inImage({ x, y, width, height }: Box): Box {
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

  canvas.addEventListener('actionstart', (event) => {
    const { action, relatedEvent } = (event as CustomEvent<ActionStart>).detail;
    hasChanged = false;
    if (action === 'select' && relatedEvent.pointerType !== 'mouse' && !isDrawing) {
      event.preventDefault();
    }
  });
  canvas.addEventListener('actionend', () => {
    if (hasChanged) {
      setDrawing(false);
    }
  });
  draw.addEventListener('click', () => setDrawing(!isDrawing));

  selection.addEventListener('change', (event) => {
    if (isEmpty) {
      event.preventDefault();
    }
    if (isEmpty || isPlacing) {
      return;
    }
    hasChanged = true;
    const asked = (event as CustomEvent<Box>).detail;
    const moved = asked.width === selection.width && asked.height === selection.height;
    const { width, height } = region;
    const inside = kept(asked, canvas.getBoundingClientRect(), moved);
    if (!isSame(inside, asked)) {
      event.preventDefault();
      put(inside);
    }
    const next = inImage(inside);
    // Moving a region keeps its exact size.
    region = moved ? kept({ ...next, width, height }, size, true) : next;
    onChange(region);
  });

  selection.tabIndex = 0;
  selection.setAttribute('role', 'application');
  selection.setAttribute('aria-label', 'Region');
  selection.setAttribute('aria-describedby', 'keys');
  byId('fine', HTMLElement).textContent = FINE_NAME;
  selection.addEventListener('keydown', (event) => {
    const move = MOVES[event.key];
    const isOther = event.metaKey || (FINE === 'altKey' ? event.ctrlKey : event.altKey);
    if (move === undefined || isOther) {
      return;
    }
    event.preventDefault();
    const step = event[FINE]
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

  // cropperjs handles the wheel even if nothing can be zoomed: the page would not scroll.
  frame.addEventListener('wheel', (event) => event.stopPropagation(), { capture: true });

  new ResizeObserver(() => {
    if (!isEmpty) {
      layOut();
    }
  }).observe(frame);

  function setEmpty(next: boolean): void {
    isEmpty = next;
    frame.classList.toggle('empty', next);
    tools.hidden = keys.hidden = next;
  }

  function clear(): void {
    setEmpty(true);
    setDrawing(false);
    outline(undefined);
    URL.revokeObjectURL(image.src);
    image.removeAttribute('src');
  }

  return {
    async show({ info, preview }) {
      clear();
      image.src = URL.createObjectURL(preview);
      await image.decode();
      size = { width: info.width, height: info.height };
      setEmpty(false);
      layOut();
    },
    clear,
    place,
    outline,
  };
}

const isSame = (a: Box, b: Box) =>
  a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
