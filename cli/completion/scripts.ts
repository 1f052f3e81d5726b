export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The program's hidden command that prints candidates for the last of the words after the shell's name. */
export const COMPLETE = '__complete';

/** Scripts that ask the program itself, so they stay right when it is updated. */
export const SCRIPTS: Record<Shell, string> = {
  bash: `_posthorn() {
  local IFS=$'\\n'
  COMPREPLY=($("\${COMP_WORDS[0]}" ${COMPLETE} bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _posthorn posthorn`,
  zsh: `#compdef posthorn
_posthorn() {
  local -a candidates
  candidates=("\${(@f)$("\${words[1]}" ${COMPLETE} zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$candidates[1]" ]]; then _describe posthorn candidates; else _files; fi
}
# The first completion of a shell runs this file as the function of that name.
if [[ "$funcstack[1]" == _posthorn ]]; then _posthorn "$@"; else compdef _posthorn posthorn; fi`,
  fish: `function __posthorn_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l candidates ("$words[1]" ${COMPLETE} fish $words[2..-1] 2>/dev/null)
  if set -q candidates[1]
    printf '%s\\n' $candidates
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c posthorn -f -a '(__posthorn_complete)'`,
};
