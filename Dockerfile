# A static binary in an image without a shell, run by nobody in particular.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG RELEASE=""
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=${RELEASE}" -o /editwatch ./cmd/editwatch \
 && mkdir -p /data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /editwatch /editwatch
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
# The store, its socket and editwatch.toml live here.
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=6s --start-period=20s CMD ["/editwatch", "healthcheck"]
ENTRYPOINT ["/editwatch"]
CMD ["run"]
