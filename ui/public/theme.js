// Sets the theme before anything is painted; from then on mode-watcher keeps it.
(() => {
  let mode = 'system';
  try {
    mode = localStorage.getItem('mode-watcher-mode') ?? mode;
  } catch {
    // Storage may be forbidden: then it is the system's theme.
  }
  const dark = mode === 'dark' || (mode !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
  document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
})();
