package org.testcontainers.containers;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.testcontainers.containers.wait.strategy.WaitStrategy;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** Starts the command of the container as a process on this machine. */
public class GenericContainer<SELF extends GenericContainer<SELF>> implements AutoCloseable {
    private final Map<String, String> files = new HashMap<>();
    private List<String> command = List.of();
    private int exposed;
    private WaitStrategy strategy;
    private Process process;
    private int port;

    public GenericContainer(DockerImageName image) {}

    @SuppressWarnings("unchecked")
    private SELF self() {
        return (SELF) this;
    }

    public SELF withCopyFileToContainer(MountableFile file, String path) {
        files.put(path, file.path());
        return self();
    }

    public SELF withCommand(String... parts) {
        command = List.of(parts);
        return self();
    }

    public SELF withExposedPorts(Integer... ports) {
        exposed = ports[0];
        return self();
    }

    public SELF waitingFor(WaitStrategy waited) {
        strategy = waited;
        return self();
    }

    public void start() {
        List<String> arguments = new ArrayList<>(List.of(System.getenv("STEPWRIGHT_BINARY")));
        command.forEach(part -> arguments.add(files.getOrDefault(part, part)));
        arguments.addAll(List.of("--port", "0"));
        try {
            process = new ProcessBuilder(arguments).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String endpoint = new BufferedReader(new InputStreamReader(process.getInputStream())).readLine();
            if (endpoint == null) {
                throw new IllegalStateException("the server did not start: " + arguments);
            }
            port = Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
            strategy.check("http://127.0.0.1:" + port, exposed);
        } catch (java.io.IOException | InterruptedException error) {
            throw new IllegalStateException(error);
        }
    }

    public String getHost() {
        return "127.0.0.1";
    }

    public Integer getMappedPort(int original) {
        if (original != exposed) {
            throw new IllegalArgumentException("the port " + original + " is not exposed");
        }
        return port;
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroy();
        }
    }
}
