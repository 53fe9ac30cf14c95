;;; emacs.el --- Waits for a diagnostic, goes to a definition and renames a state  -*- lexical-binding: t -*-

;;; Code:

(require 'eglot)
(require 'xref)

(defconst test-timeout 60 "Seconds until a test fails.")

(defun test-wait-for (what condition)
  "Wait until CONDITION returns non-nil; fail with WHAT after `test-timeout'."
  (let ((deadline (+ (float-time) test-timeout)))
    (while (not (funcall condition))
      (when (> (float-time) deadline)
        (error "no %s after %d s" what test-timeout))
      (accept-process-output nil 0.02))))

(defun test-go-to (line text)
  "Move to TEXT in LINE."
  (goto-char (point-min))
  (forward-line (1- line))
  (search-forward text)
  (goto-char (match-beginning 0)))

(find-file "emacs.asl.json")
;; `eglot-ensure' connects after the first command, and a batch has no commands.
(run-hooks 'post-command-hook)
(test-wait-for "connection" #'eglot-managed-p)

(test-wait-for "diagnostic" (lambda () (flymake-start) (flymake-diagnostics)))
(let ((diagnostic (car (flymake-diagnostics))))
  (unless (string-match-p "ResultPath" (flymake-diagnostic-text diagnostic))
    (error "unexpected diagnostic: %s" (flymake-diagnostic-text diagnostic)))
  (unless (= (line-number-at-pos (flymake-diagnostic-beg diagnostic)) 12)
    (error "the diagnostic is in another line")))

(test-go-to 11 "Ship")
(xref-find-definitions (xref-backend-identifier-at-point 'eglot))
(unless (= (line-number-at-pos) 12)
  (error "the definition is in line %d" (line-number-at-pos)))

(let ((renamed (replace-regexp-in-string "\"Ship\"" "\"Deliver\"" (buffer-string) t t)))
  (test-go-to 12 "Ship")
  (eglot-rename "Deliver")
  (unless (equal (buffer-string) renamed)
    (error "unexpected text: %s" (buffer-string))))

(message "emacs: diagnostic, definition and rename")
(set-buffer-modified-p nil)
(kill-emacs 0)
