import { assertEquals } from "@std/assert";
import { ObjectCache } from "../../../src/k8s/client/object_cache.ts";
import { sandbox, type TestSandbox } from "./scripted.ts";

function inNamespace(namespace: string, name: string, version = "1"): TestSandbox {
  const object = sandbox(name, version, `${namespace}/${name}`);
  return { ...object, metadata: { ...object.metadata, namespace } };
}

Deno.test("objects are found by their name alone in every namespace that has one", () => {
  const cache = new ObjectCache<TestSandbox>();
  const found = (name: string) => cache.get(name)?.metadata.namespace;
  for (const name of ["a", "b"]) cache.apply("ADDED", inNamespace("one", name));
  cache.apply("ADDED", inNamespace("two", "c"));
  cache.apply("MODIFIED", inNamespace("one", "a", "2"));
  cache.apply("DELETED", inNamespace("one", "a", "2"));
  assertEquals(["a", "b", "c"].map(found), [undefined, "one", "two"]);
  cache.apply("DELETED", inNamespace("one", "b"));
  assertEquals(["a", "b", "c"].map(found), [undefined, undefined, "two"]);
  cache.replace([inNamespace("one", "a"), inNamespace("three", "d")]);
  assertEquals(["a", "c", "d"].map(found), ["one", undefined, "three"]);
});

Deno.test("a namespace without objects is looked at no more", () => {
  const cache = new ObjectCache<TestSandbox>();
  for (let i = 0; i < 20_000; i++) {
    const object = inNamespace(`namespace-${i}`, "a");
    cache.apply("ADDED", object);
    cache.apply("DELETED", object);
  }
  // Each look at a namespace that has nothing is a look at the map.
  const { get } = Map.prototype;
  let looks = 0;
  Map.prototype.get = function (key: unknown): unknown {
    looks++;
    return get.call(this, key);
  };
  try {
    cache.get("a");
  } finally {
    Map.prototype.get = get;
  }
  assertEquals(looks, 0);
});
