// Sets the theme before anything is painted; from then on mode-watcher keeps it.
(() => {
  // Where cookies are blocked, storage throws. Then settings last as long as the page.
  try {
    void localStorage.length;
  } catch {
    const values = new Map();
    const storage = {
      getItem: (key) => values.get(key) ?? null,
      setItem: (key, value) => void values.set(key, String(value)),
      removeItem: (key) => void values.delete(key),
    };
    Object.defineProperty(window, 'localStorage', { value: storage });
  }
  const mode = localStorage.getItem('mode-watcher-mode') ?? 'system';
  const dark = mode === 'dark' || (mode !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
  document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
})();
