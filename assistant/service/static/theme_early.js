// Runs before the first paint, so that a page chosen to be dark never flashes white. Not a module: those run late.
try {
  const chosen = localStorage.getItem("assistant-theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is switched off; the system's choice stands.
}
