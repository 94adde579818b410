;;; cob-mode.el --- COB with its language server -*- lexical-binding: t -*-

;;; Commentary:
;; The file type, comments and strings. Everything else comes from `cob lsp'.

;;; Code:

(defvar cob-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 12" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?_ "w" table)
    table)
  "Comments and strings of COB.")

;;;###autoload
(define-derived-mode cob-mode prog-mode "COB"
  "A mode for processes written in COB."
  (setq-local comment-start "// ")
  (setq-local tab-width 2)
  (setq-local indent-tabs-mode nil))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.cob\\'" . cob-mode))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(cob-mode . ("cob" "lsp"))))

(add-hook 'cob-mode-hook #'eglot-ensure)

(provide 'cob-mode)
;;; cob-mode.el ends here
