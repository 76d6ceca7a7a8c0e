import { create, toBinary } from "@bufbuild/protobuf";
import { FileType, ListDirResponseSchema } from "../../gen/filesystem/filesystem_pb.ts";

/** An answer with entries, whose bytes fit `List`, `Stat` and `ListDir` alike well enough to be spoilt. */
export const ENTRIES: Uint8Array = toBinary(
  ListDirResponseSchema,
  create(ListDirResponseSchema, {
    entries: [{
      name: "grün",
      path: "/x/grün",
      type: FileType.FILE,
      size: 2n ** 40n,
      mode: 0o644,
      permissions: "-rw-r--r--",
      owner: "root",
      modifiedTime: { seconds: 1_700_000_000n, nanos: 5 },
      metadata: { a: "b" },
    }],
  }),
);
