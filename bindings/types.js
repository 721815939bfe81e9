// Embind makes C++'s basic types known when the module starts, all of them. There is no use here for
// these, and they are left out of the glue.

// biome-ignore-all lint/complexity/useArrowFunction: Emscripten takes no other for a function.
mergeInto(LibraryManager.library, {
  _embind_register_std_string: function () {},
  _embind_register_std_wstring: function () {},
  _embind_register_memory_view: function () {},
  _embind_register_bigint: function () {},
});
