// What the endings of file names stand for. A format that becomes readable or writable is a change of
// one line here.

export interface FileType {
  /** The format's usual name, for messages. */
  readonly name: string;
  /** The format that such a file is decoded as. Absent if it is not read. */
  readonly reads?: 'jpeg' | 'png' | 'bmp';
  /** The value of `--format` for an output with this ending. Absent if it is not written. */
  readonly writes?: 'jpeg' | 'png' | 'raw';
}

const JPEG: FileType = { name: 'JPEG', reads: 'jpeg', writes: 'jpeg' };
const PNG: FileType = { name: 'PNG', reads: 'png', writes: 'png' };
const BMP: FileType = { name: 'BMP', reads: 'bmp' };
const named = (name: string): FileType => ({ name });

const FILE_TYPES: ReadonlyMap<string, FileType> = new Map([
  ['.jpg', JPEG],
  ['.jpeg', JPEG],
  ['.jpe', JPEG],
  ['.jfif', JPEG],
  ['.jif', JPEG],
  ['.mpo', { name: 'MPO', reads: 'jpeg' }],
  ['.png', PNG],
  ['.apng', { name: 'APNG', reads: 'png' }],
  ['.bmp', BMP],
  ['.dib', BMP],
  ['.raw', { name: 'raw', writes: 'raw' }],
  ['.webp', named('WebP')],
  ['.gif', named('GIF')],
  ['.heic', named('HEIC')],
  ['.heif', named('HEIF')],
  ['.hif', named('HEIF')],
  ['.avif', named('AVIF')],
  ['.jxl', named('JPEG XL')],
  ['.jp2', named('JPEG 2000')],
  ['.j2k', named('JPEG 2000')],
  ['.tif', named('TIFF')],
  ['.tiff', named('TIFF')],
  ['.svg', named('SVG')],
  ['.ico', named('ICO')],
  ['.tga', named('TGA')],
  ['.ppm', named('PPM')],
  ['.pgm', named('PGM')],
  ['.psd', named('PSD')],
  ['.pdf', named('PDF')],
  ['.dng', named('DNG')],
  ['.cr2', named('CR2')],
  ['.cr3', named('CR3')],
  ['.nef', named('NEF')],
  ['.arw', named('ARW')],
  ['.raf', named('RAF')],
  ['.orf', named('ORF')],
  ['.rw2', named('RW2')],
]);

/** `ending` begins with a dot; its case does not matter. `undefined` if it is not an image's. */
export function typeOf(ending: string): FileType | undefined {
  return FILE_TYPES.get(ending.toLowerCase());
}

/** Whether files with this ending, which begins with a dot, are decoded. */
export function isRead(ending: string): boolean {
  return typeOf(ending)?.reads !== undefined;
}

/** The endings that can be written, the usual one of each format: `'.jpg, .png or .raw'`. */
export function writtenEndings(): string {
  const usual = new Map<FileType, string>();
  for (const [ending, type] of FILE_TYPES) {
    if (type.writes !== undefined && !usual.has(type)) usual.set(type, ending);
  }
  const endings = [...usual.values()];
  return `${endings.slice(0, -1).join(', ')} or ${endings.at(-1)}`;
}
