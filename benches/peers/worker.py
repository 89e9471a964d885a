"""A process that takes one task a line and answers with one line: `ok`, seconds of each repeat, a remark; or `error`, why."""
import subprocess


class Worker:
    """Our runner, or R. It waits, without a running thread, while it is not asked."""

    def __init__(self, command, folder):
        self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        """Seconds of each repeat, and the remark."""
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().rstrip("\n").split("\t")
        if answer[0] != "ok":
            raise RuntimeError(f"{' '.join(map(str, words))}: {' '.join(answer) or 'the process has ended'}")
        return [float(s) for s in answer[1].split()], answer[2] if len(answer) > 2 else ""

    def peak_bytes(self):
        """Largest resident memory so far."""
        with open(f"/proc/{self.process.pid}/status") as status:
            line = next(x for x in status if x.startswith("VmHWM"))
        return int(line.split()[1]) * 1024

    def close(self):
        self.process.stdin.close()
        self.process.wait()
