// A page that is there to be printed asks for the printer by itself, and again when it is told to.
"use strict";

addEventListener("load", () => {
  document.getElementById("print").addEventListener("click", () => print());
  print();
});
