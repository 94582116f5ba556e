from cifarlab.training import devote_to_training, process


def test_a_process_for_training_lets_threads_sleep_keeps_memory_and_compiles_nothing(monkeypatch):
    done = []
    monkeypatch.setattr(process, "let_idle_threads_sleep", lambda: done.append("threads"))
    monkeypatch.setattr(process, "keep_freed_memory", lambda: done.append("memory"))
    monkeypatch.setattr(process, "leave_out_compiler", lambda: done.append("compiler"))
    devote_to_training()
    assert sorted(done) == ["compiler", "memory", "threads"]
