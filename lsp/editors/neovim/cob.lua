-- COB in Neovim 0.7 and later: the file type, and the language server for it.
local M = {}

local function keys(_, buffer)
  local function map(lhs, rhs)
    vim.keymap.set("n", lhs, rhs, { buffer = buffer })
  end
  vim.bo[buffer].omnifunc = "v:lua.vim.lsp.omnifunc"
  map("gd", vim.lsp.buf.definition)
  map("gy", vim.lsp.buf.type_definition)
  map("gr", vim.lsp.buf.references)
  map("K", vim.lsp.buf.hover)
  map("<leader>rn", vim.lsp.buf.rename)
  map("<leader>ca", vim.lsp.buf.code_action)
  vim.api.nvim_create_autocmd("BufWritePre", {
    buffer = buffer,
    callback = function()
      if vim.lsp.buf.format then
        vim.lsp.buf.format()
      else
        vim.lsp.buf.formatting_sync()
      end
    end,
  })
end

-- setup { cmd = { "cob", "lsp" }, on_attach = function(client, buffer) end }
function M.setup(options)
  options = options or {}
  vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, {
    pattern = "*.cob",
    callback = function(event)
      vim.bo[event.buf].filetype = "cob"
      vim.bo[event.buf].commentstring = "// %s"
      vim.bo[event.buf].shiftwidth = 2
      vim.bo[event.buf].expandtab = true
    end,
  })
  vim.api.nvim_create_autocmd("FileType", {
    pattern = "cob",
    callback = function(event)
      local file = vim.api.nvim_buf_get_name(event.buf)
      local top = vim.fs and vim.fs.find(".git", { path = file, upward = true })[1]
      local root = top and vim.fn.fnamemodify(top, ":h") or vim.fn.fnamemodify(file, ":p:h")
      M.clients = M.clients or {}
      if not M.clients[root] then
        M.clients[root] = vim.lsp.start_client({
          name = "cob",
          cmd = options.cmd or { "cob", "lsp" },
          root_dir = root,
          on_attach = options.on_attach or keys,
          on_exit = function()
            M.clients[root] = nil
          end,
        })
      end
      if M.clients[root] then
        vim.lsp.buf_attach_client(event.buf, M.clients[root])
      end
    end,
  })
end

return M
