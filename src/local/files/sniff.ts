// deno-lint-ignore-file no-control-regex -- the signatures of binary formats

/**
 * Tells a media type by the first bytes of a file: the MIME Sniffing Standard's
 * patterns for what it calls unknown types, as far as the daemon knows them.
 */
export function sniffContentType(head: Uint8Array): string {
  // One character a byte, so that patterns can be written as text.
  const text = String.fromCharCode(...head);
  const trimmed = text.replace(/^[\t\n\f\r ]+/, "");
  if (HTML.test(trimmed)) return "text/html; charset=utf-8";
  if (trimmed.startsWith("<?xml")) return "text/xml; charset=utf-8";
  for (const [pattern, type] of SIGNATURES) {
    if (pattern.test(text)) return type;
  }
  if (isMp4(head, text)) return "video/mp4";
  return BINARY.test(text) ? "application/octet-stream" : "text/plain; charset=utf-8";
}

const HTML = /^<(?:!DOCTYPE HTML|HTML|HEAD|SCRIPT|IFRAME|H1|DIV|FONT|TABLE|A|STYLE|TITLE|B|BODY|BR|P|!--)[ >]/i;

const BINARY = /[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]/;

const SIGNATURES: readonly (readonly [RegExp, string])[] = [
  [/^%PDF-/, "application/pdf"],
  [/^%!PS-Adobe-/, "application/postscript"],
  [/^\xfe\xff../s, "text/plain; charset=utf-16be"],
  [/^\xff\xfe../s, "text/plain; charset=utf-16le"],
  [/^\xef\xbb\xbf./s, "text/plain; charset=utf-8"],
  [/^\x00\x00[\x01\x02]\x00/, "image/x-icon"],
  [/^BM/, "image/bmp"],
  [/^GIF8[79]a/, "image/gif"],
  [/^RIFF.{4}WEBPVP/s, "image/webp"],
  [/^\x89PNG\r\n\x1a\n/, "image/png"],
  [/^\xff\xd8\xff/, "image/jpeg"],
  [/^FORM.{4}AIFF/s, "audio/aiff"],
  [/^ID3/, "audio/mpeg"],
  [/^OggS\x00/, "application/ogg"],
  [/^MThd\x00\x00\x00\x06/, "audio/midi"],
  [/^RIFF.{4}AVI /s, "video/avi"],
  [/^RIFF.{4}WAVE/s, "audio/wave"],
  [/^\x1aE\xdf\xa3/, "video/webm"],
  [/^.{34}LP/s, "application/vnd.ms-fontobject"],
  [/^\x00\x01\x00\x00/, "font/ttf"],
  [/^OTTO/, "font/otf"],
  [/^ttcf/, "font/collection"],
  [/^wOFF/, "font/woff"],
  [/^wOF2/, "font/woff2"],
  [/^\x1f\x8b\x08/, "application/x-gzip"],
  [/^PK\x03\x04/, "application/zip"],
  [/^Rar!\x1a\x07(?:\x00|\x01\x00)/, "application/x-rar-compressed"],
  [/^\x00asm/, "application/wasm"],
];

/** An MP4 file begins with a box of type `ftyp` that names an `mp4` brand. */
function isMp4(head: Uint8Array, text: string): boolean {
  if (head.byteLength < 12 || text.slice(4, 8) !== "ftyp") return false;
  const boxSize = new DataView(head.buffer, head.byteOffset).getUint32(0);
  if (head.byteLength < boxSize || boxSize % 4 !== 0) return false;
  for (let at = 8; at < boxSize; at += 4) {
    // The minor version stands between the first brand and the others.
    if (at !== 12 && text.slice(at, at + 3) === "mp4") return true;
  }
  return false;
}
