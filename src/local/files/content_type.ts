import { extname } from "node:path/posix";
import { sniffContentType } from "./sniff.ts";

/** How many bytes of a file its type can depend on. */
export const SNIFF_LENGTH = 512;

const OFFICE = "application/vnd.openxmlformats-officedocument";

/** What the daemon knows by extension where the image has no table of media types. */
const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  "application/gzip": ["gz"],
  "application/json": ["json"],
  "application/msword": ["doc"],
  "application/octet-stream": ["bin", "com", "exe"],
  "application/pdf": ["pdf"],
  "application/postscript": ["ai", "eps", "ps"],
  "application/rdf+xml": ["rdf"],
  "application/rtf": ["rtf"],
  "application/vnd.android.package-archive": ["apk"],
  "application/vnd.ms-excel": ["xls"],
  "application/vnd.ms-powerpoint": ["ppt"],
  [`${OFFICE}.presentationml.presentation`]: ["pptx"],
  [`${OFFICE}.spreadsheetml.sheet`]: ["xlsx"],
  [`${OFFICE}.wordprocessingml.document`]: ["docx"],
  "application/wasm": ["wasm"],
  "application/xhtml+xml": ["xht", "xhtml"],
  "application/zip": ["zip"],
  "audio/flac": ["flac"],
  "audio/mp4": ["m4a"],
  "audio/mpeg": ["mp3"],
  "audio/ogg": ["oga", "ogg", "opus"],
  "audio/wav": ["wav"],
  "image/apng": ["apng"],
  "image/avif": ["avif"],
  "image/bmp": ["bmp"],
  "image/gif": ["gif"],
  "image/jpeg": ["jfif", "jpeg", "jpg", "pjp", "pjpeg"],
  "image/png": ["png"],
  "image/svg+xml": ["svg"],
  "image/tiff": ["tif", "tiff"],
  "image/vnd.microsoft.icon": ["ico"],
  "image/webp": ["webp"],
  "image/x-xbitmap": ["xbm"],
  "message/rfc822": ["eml"],
  "text/calendar; charset=utf-8": ["ics"],
  "text/css; charset=utf-8": ["css"],
  "text/csv; charset=utf-8": ["csv"],
  "text/html; charset=utf-8": ["ehtml", "htm", "html", "shtml"],
  "text/javascript; charset=utf-8": ["js", "mjs"],
  "text/plain; charset=utf-8": ["text", "txt"],
  "text/vtt; charset=utf-8": ["vtt"],
  "text/xml; charset=utf-8": ["xbl", "xml", "xsl"],
  "video/mp4": ["mp4"],
  "video/ogg": ["ogv"],
  "video/webm": ["webm"],
};

const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries(EXTENSIONS).flatMap(([type, extensions]) => extensions.map((extension) => [`.${extension}`, type])),
);

/**
 * The media type of a file: by the extension of its name, else by its first
 * {@linkcode SNIFF_LENGTH} bytes, which are asked for only then.
 */
export async function contentType(name: string, head: () => Promise<Uint8Array>): Promise<string> {
  // A name that is all extension (`.json`) has one here, which it has not in `extname`.
  const extension = extname(`_${name}`).toLowerCase();
  return TYPES.get(extension) ?? sniffContentType(await head());
}
