// File name extensions and their formats. To add a format, or to make it readable or writable, change one
// line.

export interface FileType {
  /** The name of the format in messages. */
  readonly name: string;
  /** The format that the file is decoded as. Absent if it is not supported. */
  readonly reads?: 'jpeg' | 'png' | 'bmp';
  /** The value of `--format` for an output with this extension. Absent if it is not supported. */
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

/** The format of an extension, which starts with a dot, in any case. `undefined` if it is not an image's. */
export function typeOf(extension: string): FileType | undefined {
  return FILE_TYPES.get(extension.toLowerCase());
}

/** Whether files with this extension are decoded. */
export function isReadable(extension: string): boolean {
  return typeOf(extension)?.reads !== undefined;
}

/** The first extension of each format that can be written: `'.jpg, .png or .raw'`. */
export function writableExtensions(): string {
  const usual = new Map<FileType, string>();
  for (const [extension, type] of FILE_TYPES) {
    if (type.writes !== undefined && !usual.has(type)) usual.set(type, extension);
  }
  const extensions = [...usual.values()];
  return `${extensions.slice(0, -1).join(', ')} or ${extensions.at(-1)}`;
}
