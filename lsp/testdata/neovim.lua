-- What a person does in Neovim, without one. Each line of the file result is what
-- the editor showed or did.
local results = {}
local function say(...)
  results[#results + 1] = table.concat({ ... }, " ")
end
local function finish()
  local f = io.open("result", "w")
  f:write(table.concat(results, "\n") .. "\n")
  f:close()
end
local function eventually(what, condition)
  if not vim.wait(60000, condition, 20) then
    say("waited in vain for", what)
    finish()
    vim.cmd("cquit")
  end
end
local function lines()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "|")
end

local ok, message = pcall(function()
  package.path = vim.fn.fnamemodify(os.getenv("COB_LUA"), ":h") .. "/?.lua;" .. package.path
  require("cob").setup({ cmd = { os.getenv("COB"), "lsp" } })

  vim.cmd("edit shop.cob")
  say("file type", vim.bo.filetype)
  eventually("diagnostics", function() return #vim.diagnostic.get(0) > 0 end)
  for _, d in ipairs(vim.diagnostic.get(0)) do
    say("diagnostic", d.code or "", d.lnum + 1 .. ":" .. d.col + 1, (d.message:gsub("\n", " / ")))
  end

  vim.api.nvim_win_set_cursor(0, { 4, 20 })
  local actions = vim.lsp.buf_request_sync(0, "textDocument/codeAction", (function()
    local p = vim.lsp.util.make_range_params()
    p.context = { diagnostics = {} }
    return p
  end)(), 60000)
  for _, a in pairs(actions) do
    for _, action in ipairs(a.result) do
      say("action", action.title)
    end
    vim.lsp.util.apply_workspace_edit(a.result[1].edit, "utf-16")
  end
  eventually("the fix to mend it", function() return #vim.diagnostic.get(0) == 0 end)
  say("fixed", lines())

  vim.api.nvim_win_set_cursor(0, { 4, 15 })
  vim.lsp.buf.definition()
  eventually("the definition", function() return vim.fn.expand("%:t") == "shop.cob" and vim.fn.col(".") == 14 end)
  say("definition", vim.fn.expand("%:t"), vim.fn.line(".") .. ":" .. vim.fn.col("."))

  vim.api.nvim_win_set_cursor(0, { 3, 22 })
  vim.lsp.buf.definition()
  eventually("the definition in another file", function() return vim.fn.expand("%:t") == "types.cob" end)
  say("definition", vim.fn.expand("%:t"), vim.fn.line(".") .. ":" .. vim.fn.col("."))

  vim.api.nvim_win_set_cursor(0, { 3, 26 })
  vim.lsp.buf.rename("amount")
  eventually("the rename", function() return lines():find("amount") ~= nil end)
  say("renamed", lines())
  vim.cmd("buffer shop.cob")
  say("renamed", lines())

  vim.cmd("write")
  say("formatted", lines())

  vim.api.nvim_win_set_cursor(0, { 4, 16 })
  local items = vim.lsp.buf_request_sync(0, "textDocument/completion", vim.lsp.util.make_position_params(), 60000)
  for _, answer in pairs(items) do
    for _, item in ipairs(answer.result.items) do
      if item.kind == 5 then
        say("completion", item.label, item.detail)
      end
    end
  end
end)
if not ok then
  say("error", tostring(message))
end
finish()
vim.cmd(ok and "qall!" or "cquit")
