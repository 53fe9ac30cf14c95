package org.testcontainers.containers.wait.strategy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class HttpWaitStrategy implements WaitStrategy {
    private final String path;
    private int port;

    HttpWaitStrategy(String path) {
        this.path = path;
    }

    public HttpWaitStrategy forPort(int port) {
        this.port = port;
        return this;
    }

    @Override
    public void check(String endpoint, int exposed) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(endpoint + path)).build();
        int status = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
        if (status != 200 || port != exposed) {
            throw new IllegalStateException("status " + status + " of " + path + " at the port " + port);
        }
    }
}
