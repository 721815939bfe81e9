// Checks the crop, the rotation and the size, and converts them to the form that the module takes.

import { invalid } from '../errors.js';
import { boolean, type Given, integer, object, oneOf } from './values.js';

const CROPPER_KEYS = ['rotate', 'scaleX', 'scaleY'];
const CROP_SHAPES = [
  ['left', 'top', 'right', 'bottom'],
  ['left', 'top', 'width', 'height'],
  ['x', 'y', 'width', 'height'],
];

/** The edges of a crop, in pixels or in percent. `right` and `bottom` are exclusive. */
export function checkCrop(value: unknown) {
  const given = object(value, 'crop', [...new Set(CROP_SHAPES.flat()), 'unit', ...CROPPER_KEYS]);
  if (given.unit !== undefined && given.unit !== '%') {
    throw invalid("'%' or nothing (pixels of the image, not of the page)", 'crop.unit', given.unit);
  }
  const keys = Object.keys(given).filter((key) => key !== 'unit' && !CROPPER_KEYS.includes(key));
  const shape = CROP_SHAPES.find(
    (names) => names.length === keys.length && names.every((name) => keys.includes(name)),
  );
  if (shape === undefined) {
    throw invalid(
      '{left, top, right, bottom}, {left, top, width, height} or {x, y, width, height}',
      'crop',
      value,
    );
  }
  const values = shape.map((name) => coordinate(given[name], name));
  const [first, second, third, fourth] = values as [number, number, number, number];
  const areFractions = values.every((value) => value >= 0 && value <= 1);
  if (given.unit === undefined && areFractions && !values.every(Number.isInteger)) {
    throw invalid(
      "pixels, or percent with unit: '%' (multiply fractions of the image by 100),",
      'crop',
      value,
    );
  }
  const edges =
    shape[2] === 'right'
      ? { left: first, top: second, right: third, bottom: fourth }
      : { left: first, top: second, right: first + third, bottom: second + fourth };
  return { edges, percent: given.unit === '%' };
}

function coordinate(value: unknown, name: string): number {
  const min = name === 'width' || name === 'height' ? 0 : Number.NEGATIVE_INFINITY;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < min) {
    throw invalid(min === 0 ? 'a number of 0 or more' : 'a number', `crop.${name}`, value);
  }
  return value;
}

/** A clockwise rotation in degrees, from 0 to less than 360. */
export function checkRotate(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw invalid('a number (degrees clockwise)', name, value);
  }
  return inTurn(value);
}

const inTurn = (degrees: number) => ((degrees % 360) + 360) % 360;

export const checkFlip = (value: unknown, name: string) =>
  oneOf(value, name, ['horizontal', 'vertical']);

/**
 * `rotate` and `flip` of cropperjs data in `crop`; empty if `crop` has no such keys. Throws
 * INVALID_ARGUMENT if `rotate` or `flip` is an option as well.
 */
export function turnOfCropper({ crop, rotate, flip }: Given) {
  const given = (crop ?? {}) as Given;
  if (!CROPPER_KEYS.some((key) => key in given)) {
    return {};
  }
  if ((rotate ?? flip) !== undefined) {
    throw invalid('nothing (the crop has its own)', 'rotate and flip', rotate ?? flip);
  }
  const { rotate: degrees = 0, scaleX = 1, scaleY = 1 } = given;
  const isFlippedX = oneOf(scaleX, 'crop.scaleX', [1, -1]) < 0;
  const isFlippedY = oneOf(scaleY, 'crop.scaleY', [1, -1]) < 0;
  const turned = checkRotate(degrees, 'crop.rotate');
  if (isFlippedX === isFlippedY) {
    // Two flips are a rotation by 180 degrees.
    return { rotate: inTurn(turned + (isFlippedX ? 180 : 0)) };
  }
  // cropperjs 1 flips before it rotates; the option `flip` is applied after `rotate`. A flip before is one
  // after a rotation to the other side.
  return { rotate: inTurn(-turned), flip: isFlippedX ? 'horizontal' : 'vertical' } as const;
}

const POSITIONS = {
  center: [0.5, 0.5],
  top: [0.5, 0],
  'right top': [1, 0],
  right: [1, 0.5],
  'right bottom': [1, 1],
  bottom: [0.5, 1],
  'left bottom': [0, 1],
  left: [0, 0.5],
  'left top': [0, 0],
} as const;

const RESIZE_KEYS = ['width', 'height', 'fit', 'position', 'kernel', 'withoutEnlargement'];
const MAX_SIDE = 0x7fffffff;

/** The size of the result, with `position` as fractions of the free space. */
export function checkResize(value: unknown) {
  const given = object(value, 'resize', RESIZE_KEYS);
  const optional = <Value>(name: string, check: (value: unknown, name: string) => Value) =>
    given[name] === undefined ? undefined : check(given[name], `resize.${name}`);
  const side = (value: unknown, name: string) => integer(value, name, 1, MAX_SIDE);
  const width = optional('width', side);
  const height = optional('height', side);
  if (width === undefined && height === undefined) {
    throw invalid('a width, a height or both', 'resize', value);
  }
  const position = optional('position', (value, name) =>
    oneOf(value, name, Object.keys(POSITIONS) as (keyof typeof POSITIONS)[]),
  );
  const [positionX, positionY] = position === undefined ? [] : POSITIONS[position];
  return {
    width,
    height,
    fit: optional('fit', (value, name) =>
      oneOf(value, name, ['cover', 'contain', 'fill', 'inside', 'outside']),
    ),
    positionX,
    positionY,
    kernel: optional('kernel', (value, name) =>
      oneOf(value, name, ['nearest', 'linear', 'cubic', 'lanczos3']),
    ),
    withoutEnlargement: optional('withoutEnlargement', boolean),
  };
}
