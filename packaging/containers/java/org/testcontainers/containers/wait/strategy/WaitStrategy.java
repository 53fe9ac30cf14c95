package org.testcontainers.containers.wait.strategy;

import java.io.IOException;

public interface WaitStrategy {
    void check(String endpoint, int exposed) throws IOException, InterruptedException;
}
