// The functions that bindings/bindings.cpp exports. Not public.

import type { ErrorCode } from '../errors.js';
import type { NativeOptions } from '../options.js';
import type { Channels, ColorSpace, CopiedFormat, Format, ImageInfo } from '../types.js';

export interface NativeInput {
  readonly data: Uint8Array;
  readonly kind: 'file' | 'base64' | 'samples';
  // The following fields are set for samples only.
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly channels?: Channels | undefined;
  readonly bitDepth?: number | undefined;
  readonly displayP3?: boolean | undefined;
  readonly iccProfile?: Uint8Array | undefined;
  readonly keptAs?: 'jpeg' | undefined;
}

export type NativeResponse<Value> =
  | { ok: true; result: Value }
  | { ok: false; code: ErrorCode; message: string; details: object };

export interface NativeInfo {
  format: 'jpeg' | 'png' | 'bmp' | 'raw';
  mimeType: string;
  width: number;
  height: number;
  storedWidth: number;
  storedHeight: number;
  orientation: ImageInfo['orientation'];
  colorSpace: ColorSpace;
  channels: 'GRAY' | 'GRAYA' | 'RGB' | 'RGBA' | 'BGR' | 'BGRA' | 'CMYK' | 'palette';
  bitDepth: ImageInfo['bitDepth'];
  hasAlpha: boolean;
  isPalette: boolean;
  isInterlaced: boolean;
  isProgressive: boolean;
  frameCount: number;
  hasIccProfile: boolean;
  hasExif: boolean;
  chromaHorizontal: number;
  chromaVertical: number;
  blockWidth: number;
  blockHeight: number;
  density: number;
  byteLength: number;
}

export interface NativeText {
  data: string;
  format: Format | CopiedFormat | 'raw';
  mimeType: string;
}

export interface NativeResult extends Omit<NativeText, 'data'> {
  data: Uint8Array<ArrayBuffer>;
  byteLength: number;
  lossless: boolean;
  bytesRead: number;
  width: number;
  height: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  channels: 'GRAY' | 'GRAYA' | 'RGB' | 'RGBA' | 'BGR' | 'BGRA' | 'CMYK' | 'palette';
  bitDepth: number;
  frameCount: number;
  colorSpace: ColorSpace;
  iccProfile?: Uint8Array<ArrayBuffer>;
  /** Set for JPEG. */
  quality?: number;
}

/** The type of a result in each form. */
export interface NativeForms {
  readonly bytes: NativeResult;
  readonly base64: NativeText;
  readonly dataUrl: NativeText;
}

export interface NativeModule {
  /** `memoryLimit` is the maximum number of bytes of the input. */
  probe(input: NativeInput, memoryLimit: number): NativeResponse<NativeInfo>;
  process<Form extends keyof NativeForms>(
    input: NativeInput,
    jobs: NativeOptions[],
    form: Form,
  ): NativeResponse<NativeForms[Form][]>;
  /**
   * Opens jobs on a file of `size` bytes that is read in pieces, of which `piece` is the first. Returns a
   * handle, or 0 if the file has to be read as a whole: process() then does the jobs, and reports errors.
   * finishJob() or closeJob() ends the handle.
   */
  openJob(size: number, jobs: NativeOptions[], form: keyof NativeForms, piece: Uint8Array): number;
  /** Passes the next piece. Returns whether the jobs need no more input. */
  feedJob(handle: number, piece: Uint8Array): boolean;
  /** Runs the jobs, in the form that they were opened with, when they need no more input; ends the handle. */
  finishJob<Form extends keyof NativeForms>(handle: number): NativeResponse<NativeForms[Form][]>;
  closeJob(handle: number): void;
  heapHighWater(): number;
}

export default function createModule(hooks: {
  instantiateWasm(
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
  print(): void;
  printErr(): void;
}): Promise<NativeModule>;
