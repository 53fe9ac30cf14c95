-- Waits for a diagnostic, goes to the definition of a state and renames it, in the buffer of orders.asl.json.

local TIMEOUT_MS = 60000

local function wait_for(what, condition)
  if not vim.wait(TIMEOUT_MS, condition, 20) then
    error('no ' .. what .. ' after ' .. TIMEOUT_MS .. ' ms')
  end
end

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\n')
end

local function test()
  wait_for('diagnostic', function()
    return #vim.diagnostic.get(0) > 0
  end)
  local diagnostic = vim.diagnostic.get(0)[1]
  assert(diagnostic.source == 'stepwright', vim.inspect(diagnostic))
  assert(diagnostic.message:find('ResultPath', 1, true), diagnostic.message)
  assert(diagnostic.lnum == 11, 'the diagnostic is in line ' .. diagnostic.lnum)

  vim.fn.cursor(11, vim.fn.stridx(vim.fn.getline(11), 'Ship') + 1)
  vim.lsp.buf.definition()
  wait_for('definition', function()
    return vim.fn.line('.') == 12
  end)

  local before = text()
  vim.fn.cursor(12, 6)
  vim.lsp.buf.rename('Deliver')
  wait_for('renamed state', function()
    return not text():find('"Ship"', 1, true)
  end)
  assert(text() == (before:gsub('"Ship"', '"Deliver"')), text())
end

local passed, problem = pcall(test)
io.stdout:write(passed and 'neovim: diagnostic, definition and rename\n' or 'error: neovim: ' .. problem .. '\n')
vim.cmd(passed and 'quitall!' or 'cquit')
