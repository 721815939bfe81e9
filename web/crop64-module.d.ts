// What bindings/bindings.cpp exposes. Not part of the public interface.

import type { ColorSpace } from './types.js';

declare const brand: unique symbol;
interface Enum<Name extends string> {
  readonly [brand]: Name;
}
type Enums<Values extends string> = { readonly [Value in Values]: Enum<Value> };

export interface NativeInput {
  data: Uint8Array;
  kind: Enum<'file' | 'base64' | 'samples'>;
  width: number;
  height: number;
  channels: Enum<string>;
  bitDepth: number;
  displayP3: boolean;
  iccProfile: Uint8Array | undefined;
}

export interface NativeResize {
  width: number | undefined;
  height: number | undefined;
  fit: Enum<string>;
  positionX: number;
  positionY: number;
  kernel: Enum<string>;
  withoutEnlargement: boolean;
}

export interface NativeOptions {
  autoOrient: boolean;
  rotate: number;
  flip: Enum<string>;
  crop: {
    edges: { left: number; top: number; right: number; bottom: number };
    percent: boolean;
  };
  outside: Enum<string>;
  background: { r: number; g: number; b: number; alpha: number };
  resize: NativeResize | undefined;
  truncated: Enum<string>;
  limits: { pixels: number; bytes: number; memory: number };
  format: Enum<string>;
  metadata: Enum<string> | undefined;
  lossless: boolean;
  quality: number | undefined;
  progressive: Enum<string> | undefined;
  optimizeCoding: boolean | undefined;
  chromaSubsampling: { horizontal: number; vertical: number } | undefined;
  compressionLevel: number | undefined;
  keepPalette: boolean | undefined;
  channels: Enum<string> | undefined;
  bitDepth: number | undefined;
  maxBytes: number | undefined;
}

export type NativeResponse<Value> =
  | { ok: true; result: Value }
  | { ok: false; code: string; message: string; details: Record<string, unknown> };

export interface NativeInfo {
  format: 'jpeg' | 'png' | 'bmp' | 'raw';
  mimeType: string;
  width: number;
  height: number;
  storedWidth: number;
  storedHeight: number;
  orientation: number;
  colorSpace: ColorSpace;
  channels: 'GRAY' | 'GRAYA' | 'RGB' | 'RGBA' | 'BGR' | 'BGRA' | 'CMYK' | 'palette';
  bitDepth: number;
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
  format: 'jpeg' | 'png' | 'bmp' | 'raw' | 'unknown';
  mimeType: string;
}

export interface NativeResult extends Omit<NativeText, 'data'> {
  data: Uint8Array<ArrayBuffer>;
  byteLength: number;
  lossless: boolean;
  bytesRead: number;
  // From here on only where the format is known.
  width?: number;
  height?: number;
  left?: number;
  top?: number;
  right?: number;
  bottom?: number;
  channels?: 'GRAY' | 'GRAYA' | 'RGB' | 'RGBA' | 'BGR' | 'BGRA' | 'CMYK' | 'palette';
  bitDepth?: number;
  frameCount?: number;
  colorSpace?: ColorSpace;
  iccProfile?: Uint8Array<ArrayBuffer>;
}

export interface NativeModule {
  readonly Kind: Enums<'file' | 'base64' | 'samples'>;
  readonly Form: Enums<'bytes' | 'base64' | 'dataUrl'>;
  readonly Format: Enums<'keep' | 'jpeg' | 'png' | 'raw'>;
  readonly Flip: Enums<'none' | 'horizontal' | 'vertical'>;
  readonly Fit: Enums<'cover' | 'contain' | 'fill' | 'inside' | 'outside'>;
  readonly Kernel: Enums<'nearest' | 'linear' | 'cubic' | 'lanczos3'>;
  readonly MetadataPolicy: Enums<'none' | 'color' | 'all'>;
  readonly Progressive: Enums<'keep' | 'no' | 'yes'>;
  readonly Outside: Enums<'error' | 'clamp' | 'pad'>;
  readonly Truncated: Enums<'error' | 'accept'>;
  readonly Channels: Enums<'RGBA' | 'RGB' | 'BGRA' | 'BGR' | 'GRAY' | 'GRAYA' | 'keep'>;
  probe(input: NativeInput): NativeResponse<NativeInfo>;
  process(
    input: NativeInput,
    jobs: NativeOptions[],
    form: Enum<'bytes'>,
  ): NativeResponse<NativeResult[]>;
  process(
    input: NativeInput,
    jobs: NativeOptions[],
    form: Enum<'base64'> | Enum<'dataUrl'>,
  ): NativeResponse<NativeText[]>;
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
